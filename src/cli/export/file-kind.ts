/** What a file holds; only a file that holds the same kind of thing is overwritten. */
export type FileKind = 'certificate' | 'private key' | 'manifest of this tool' | 'text of this tool' | 'list of devices';
