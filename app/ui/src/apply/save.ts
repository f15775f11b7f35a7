/** Lets the browser save bytes as a file. */
export function saveBlob(blob: Blob, name: string): void {
  const url = URL.createObjectURL(blob);
  const link = document.createElement("a");
  link.href = url;
  link.download = name;
  link.click();
  // Later: the browser reads it after this click.
  setTimeout(() => URL.revokeObjectURL(url), 60_000);
}
