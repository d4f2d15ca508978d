/** Stands for a value that only the deployment will know, such as an attribute of a resource that AWS makes. The same value has the same text. */
export function unknownValue(name: string): string {
  return `{{unknown:${name.replace(/[{}]/g, '')}}}`;
}

/** Whether a text holds a value that only the deployment will know. */
export function holdsUnknown(text: string): boolean {
  return text.includes('{{unknown:');
}

/** The names of the values in a text that only the deployment will know. */
export function unknownNamesIn(text: string): string[] {
  return [...new Set([...text.matchAll(/\{\{unknown:([^}]*)\}\}/g)].map(([, name]) => name))];
}
