/** A link as it may stand in Markdown and in a hidden line: nothing in it ends either. */
export function link(url: string): string {
  return url.replace(/[^\w:/.?=&%~+-]/g, (each) => encodeURIComponent(each).replace(/[()*!']/g, ''));
}

/** Commit ids and times only. */
export function bare(text: string): string {
  return text.replace(/[^\w:.-]/g, '');
}
