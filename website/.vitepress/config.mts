import { existsSync, readFileSync } from 'node:fs';
import { dirname, join, normalize, relative, resolve } from 'node:path';
import { fileURLToPath } from 'node:url';
import { defineConfig, type DefaultTheme } from 'vitepress';
import { headingAnchor } from '../../projenrc/heading-anchor';

const ROOT = resolve(dirname(fileURLToPath(import.meta.url)), '..', '..');
const DOCS = join(ROOT, 'docs');
const { repository, description } = JSON.parse(readFileSync(join(ROOT, 'package.json'), 'utf8'));
const REPOSITORY = repository.url.replace(/\.git$/, '');

/** Titles that are too long for the sidebar. */
const SHORT_TITLES: { readonly [page: string]: string } = {
  'platforms/index': 'Overview and rules',
  'platforms/azure': 'Azure IoT Hub and DPS',
  'platforms/apsara-mqtt': 'ApsaraMQ for MQTT',
  'platforms/brokers': 'Brokers',
  'troubleshooting-platforms': 'Errors of platforms',
  'verifiers': 'Validators',
};

/** The title of a page is its first heading. */
function page(name: string): DefaultTheme.SidebarItem {
  const [, title] = /^# (.+)$/m.exec(readFileSync(join(DOCS, `${name}.md`), 'utf8'))!;
  return { text: SHORT_TITLES[name] ?? title, link: `/${name.replace(/(^|\/)index$/, '$1')}` };
}

const SIDEBAR: DefaultTheme.SidebarItem[] = [
  { text: 'Learn', items: ['getting-started', 'concepts', 'security'].map(page) },
  {
    text: 'Platforms',
    items: ['index', 'aws-iot-core', 'azure', 'alibaba-cloud-iot', 'apsara-mqtt', 'huawei-cloud', 'tencent-iot-hub', 'cumulocity', 'clearblade', 'brokers']
      .map(name => page(`platforms/${name}`)),
  },
  { text: 'Certificates', items: ['certificates', 'keys', 'fleets', 'hierarchies', 'existing-cas', 'several-stacks', 'revocation', 'roll-over'].map(page) },
  { text: 'Running it', items: ['cli', 'operations', 'costs', 'performance', 'upgrades'].map(page) },
  { text: 'Finding an error', items: ['troubleshooting', 'troubleshooting-platforms'].map(page) },
  { text: 'Reference', items: [...['lint-rules', 'verifiers'].map(page), { text: 'API', link: `${REPOSITORY}/blob/main/API.md` }] },
];

export default defineConfig({
  title: 'cdk-private-iot-ca',
  description,
  lang: 'en',
  head: [['link', { rel: 'icon', href: 'data:,' }]],
  srcDir: '../docs',
  cleanUrls: true,
  vite: {
    plugins: [{
      // The pages are outside of this package. What they are compiled to imports Vue, which is installed here.
      name: 'packages-of-the-site',
      resolveId(source, importer, options) {
        return importer?.startsWith(DOCS) && /^vue(\/|$)/.test(source)
          ? this.resolve(source, fileURLToPath(import.meta.url), { ...options, skipSelf: true }) : undefined;
      },
    }],
  },
  markdown: {
    anchor: { slugify: headingAnchor },
    config: markdown => {
      const open = markdown.renderer.rules.link_open!;
      // A link that leads out of docs/ leads to the repository.
      markdown.renderer.rules.link_open = (tokens, index, options, env, self) => {
        const href = tokens[index].attrGet('href')!;
        const path = normalize(join(dirname(env.relativePath), href));
        if (!/^[a-z]+:|^[#/]/.test(href) && path.startsWith('..')) {
          const target = relative('..', path).replaceAll('\\', '/');
          if (!existsSync(join(ROOT, target.split('#')[0]))) {
            throw new Error(`${env.relativePath}: a link must lead to a file of the repository, got ${href}`);
          }
          tokens[index].attrSet('href', `${REPOSITORY}/blob/main/${target}`);
        }
        return open(tokens, index, options, env, self);
      };
    },
  },
  themeConfig: {
    search: { provider: 'local' },
    nav: [
      { text: 'Getting started', link: '/getting-started' },
      { text: 'Platforms', link: '/platforms/' },
      { text: 'Troubleshooting', link: '/troubleshooting' },
      { text: 'API', link: `${REPOSITORY}/blob/main/API.md` },
    ],
    sidebar: SIDEBAR,
    outline: [2, 3],
    socialLinks: [{ icon: 'github', link: REPOSITORY }],
    editLink: { pattern: `${REPOSITORY}/edit/main/docs/:path` },
  },
});
