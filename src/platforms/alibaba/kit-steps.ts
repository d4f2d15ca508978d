import { KIT_MARK, KitCa, KitInput, markdown, RefusedCa } from '../../cli/export/kits/kit';

/** A CA to register: the name for the form, and the files to upload. */
export interface RegisteredCa {
  readonly ca: KitCa;
  readonly name: string;
  readonly file: string;
  /** Each with the code that the verification certificate is for. */
  readonly verifications: readonly { readonly file: string; readonly code: string }[];
}

/** The parts of the steps that differ between languages. */
interface Language {
  readonly title: string;
  readonly before: (maximumCas: number) => string;
  readonly compareCode: string;
  readonly register: string;
  readonly registerHead: string;
  readonly noVerification: string;
  readonly leftOut: (refused: RefusedCa) => string;
  readonly bind: string;
  readonly bindHead: string;
  readonly noDevices: string;
  readonly connect: string;
}

const ENGLISH: Language = {
  title: 'Register a private CA with Alibaba Cloud IoT Platform',
  before: maximumCas => `Choose the region China (Shanghai): private CA certificates work there only, and only for devices that connect directly by MQTT.
An account takes at most ${maximumCas} CA certificates. Create a product with the authentication method X.509 Certificate and
Use Private CA Certificate: Yes.`,
  compareCode: `In Device Management > CA Certificate > Register CA Certificate, copy the registration code, and compare it with the
table of the next step. If the table has no code or another code, deploy again with the code as the parameter, and export again;
the CA stays as it is:

       npx cdk deploy --parameters RegistrationCode=<code> --outputs-file outputs.json
       npx private-iot-ca export --platform alibaba-iot`,
  register: 'In Device Management > CA Certificate > Register CA Certificate, enter the name and upload the two files.',
  registerHead: 'CA certificate name | CA certificate | Verification certificate | Registration code',
  noVerification: '(not generated yet)',
  leftOut: ({ facts, finding }) =>
    `Left out, with its devices, because the platform does not accept it: ${markdown(facts.shortName)} (${markdown(finding.message)}).`,
  bind: 'Add a device for each line of the table, and bind its certificate by the SN. `devices.csv` contains the same list for programs.',
  bindHead: 'Device | SN | Certificate | Valid until',
  noDevices: 'The outputs contain no device certificate yet.',
  connect: `Give each device its certificate and its private key (the secret that the stack names, or \`private-iot-ca export
--private-keys\`), and connect it directly by MQTT over TLS.`,
};

const CHINESE: Language = {
  title: '在阿里云物联网平台注册私有 CA 证书',
  before: maximumCas => `选择华东2（上海）地域：私有 CA 证书仅支持该地域，且设备仅支持 MQTT 直连。每个账号最多注册 ${maximumCas} 个 CA 证书。
创建产品时，认证方式选择 X.509 证书，并在“使用私有 CA 证书”中选择“是”。`,
  compareCode: `在“设备管理 > CA 证书 > 注册 CA 证书”中复制注册码，并与下一步的表格核对。如果表格中没有注册码，或者注册码不同，请以该注册码作为参数再次部署，
然后再次导出；CA 证书保持不变：

       npx cdk deploy --parameters RegistrationCode=<注册码> --outputs-file outputs.json
       npx private-iot-ca export --platform alibaba-iot`,
  register: '在“设备管理 > CA 证书 > 注册 CA 证书”中填写名称并上传两个文件。',
  registerHead: 'CA 证书名称 | CA 证书 | 验证证书 | 注册码',
  noVerification: '（尚未生成）',
  leftOut: ({ facts, finding }) => `以下 CA 证书不符合平台要求，已连同其签发的设备证书一并省略：${markdown(facts.shortName)}（规则 \`${finding.rule}\`）。`,
  bind: '按下表添加设备，并通过 SN 绑定设备证书。`devices.csv` 包含相同内容，供程序读取。',
  bindHead: '设备 | SN | 证书 | 有效期至',
  noDevices: '输出中还没有设备证书。',
  connect: '将设备证书和私钥写入设备（私钥保存在堆栈输出所指的 Secrets Manager 密钥中，或使用 `private-iot-ca export --private-keys` 导出），然后通过 TLS 以 MQTT 方式直连。',
};

/** The steps to take in the console, in order, in English and in Chinese. */
export function alibabaSteps(cas: readonly RegisteredCa[], input: KitInput, maximumCas: number): string {
  return [`<!-- ${KIT_MARK} -->`, ...[ENGLISH, CHINESE].map(language => stepsIn(language, cas, input, maximumCas))].join('\n\n');
}

function stepsIn(language: Language, cas: readonly RegisteredCa[], { devices, refusedCas }: KitInput, maximumCas: number): string {
  const rows = cas.flatMap(({ name, file, verifications }) => verifications.length === 0
    ? [[name, `\`${file}\``, language.noVerification, '']]
    : verifications.map(verification => [name, `\`${file}\``, `\`${verification.file}\``, markdown(verification.code)]));
  const bound = devices.map(({ facts, exported: { entry } }) => [markdown(facts.shortName), facts.serialNumber, `\`${entry.file}\``, entry.notAfter]);
  const steps = [
    language.before(maximumCas),
    language.compareCode, // always: only the console knows whether a code is its own or a stand-in
    [language.register, table(language.registerHead, rows), ...refusedCas.map(language.leftOut)].join('\n\n'),
    devices.length === 0 ? language.noDevices : `${language.bind}\n\n${table(language.bindHead, bound)}`,
    language.connect,
  ];
  return `# ${language.title}\n\n${steps.map((step, index) => indented(`${index + 1}. `, step)).join('\n\n')}\n`;
}

function table(head: string, rows: readonly (readonly string[])[]): string {
  return [`| ${head} |`, `|${' --- |'.repeat(head.split('|').length)}`, ...rows.map(row => `| ${row.join(' | ')} |`)].join('\n');
}

/** A step with its number. The lines after the first one are indented to align with its text. */
function indented(number: string, step: string): string {
  return number + step.split('\n').map((line, index) => index === 0 || line === '' || line.startsWith('       ') ? line : `   ${line}`).join('\n');
}
