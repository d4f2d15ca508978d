import { awscdk } from 'projen';

/**
 * The documentation: what of it is made from the code, and the site, which is a package of its own, so that nobody who works on the
 * library installs what builds it.
 */
export function addDocs(project: awscdk.AwsCdkConstructLibrary): void {
  const tables = project.addTask('docs:tables', { description: 'Write what of docs/ is made from the code', exec: 'tsx projenrc/generated-docs.ts' });
  const picture = project.addTask('docs:picture', { description: 'Draw the picture of README.md', exec: 'tsx projenrc/picture.ts' });
  const site = project.addTask('docs', { description: 'Build the documentation site into website/.vitepress/dist' });
  site.spawn(tables);
  site.spawn(picture);
  site.exec('npm ci --no-audit --no-fund', { cwd: 'website' });
  site.exec('npm run build', { cwd: 'website' });
  project.addTask('docs:watch', { description: 'Serve the documentation site on this machine, after npm run docs', exec: 'npm run dev', cwd: 'website' });
  project.gitignore.exclude('/website/node_modules/', '/website/.vitepress/cache/', '/website/.vitepress/dist/');
  project.addPackageIgnore('/website/');
}
