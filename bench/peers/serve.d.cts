export function input(name: string): string;
export function serve(issue: () => unknown): void;
