/** A fact in words: the sample is 1 and the label holds the word. */
export function word(text: string | undefined): [string, number][] {
	return text === undefined ? [] : [[text, 1]];
}
