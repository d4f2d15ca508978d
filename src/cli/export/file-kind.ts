/** The kind of content of a file. An existing file is overwritten only by a file of the same kind. */
export type FileKind = 'certificate' | 'private key' | 'revocation list' | 'manifest of this tool' | 'text of this tool' | 'list of devices';
