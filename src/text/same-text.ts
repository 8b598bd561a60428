/**
 * How a text is brought to one form before it is read. `unified` is what every vocabulary is learnt from. `written` is how
 * checkpoints that do not say were made: CRLF became LF, and all else stayed as it was.
 */
export type TextForm = 'unified' | 'written';

/** Marks at the beginning, which say how a text was stored and are no part of it. */
const marks = /^\uFEFF+/;

/** No character below it is changed by NFC. */
const mayCompose = /[\u0300-\uffff]/;

/**
 * A text in the form in which models read it, wherever it comes from (a file, a document, a prompt): without byte order marks
 * at its beginning, each line end (CRLF, CR or LF) as LF, and letters composed (NFC), so that é is one character however it was
 * typed. Marks in the middle stay, and so do NEL, LS and PS, which are characters. Doing it twice changes nothing more.
 */
export function sameText(text: string, form: TextForm = 'unified'): string {
  if (form === 'written') return text.includes('\r') ? text.replaceAll('\r\n', '\n') : text;
  const unmarked = text.startsWith('\uFEFF') ? text.replace(marks, '') : text;
  const lines = unmarked.includes('\r') ? unmarked.replace(/\r\n?/g, '\n') : unmarked;
  return mayCompose.test(lines) ? lines.normalize('NFC') : lines;
}
