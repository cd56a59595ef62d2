/**
 * Shows a text that changes: drawn anew in its place on a terminal, elsewhere written again under the
 * one before, so that a log can be read.
 */
export class Screen {
	readonly #out: NodeJS.WriteStream;
	/** How many lines of the last drawing are above the cursor. */
	#drawn = 0;

	constructor(out: NodeJS.WriteStream) {
		this.#out = out;
	}

	/** How often a new drawing is worth it. */
	get intervalMs(): number {
		return this.#out.isTTY ? 1000 : 5000;
	}

	draw(lines: readonly string[]): void {
		if (this.#out.isTTY) {
			// A line that wraps would take two, and the next drawing begin too low.
			const fitting = lines.map((line) => line.slice(0, this.#out.columns - 1));
			const up = this.#drawn > 0 ? `\x1b[${this.#drawn}A` : '';
			this.#out.write(`${up}\x1b[J${fitting.join('\n')}\n`);
			this.#drawn = lines.length;
		} else {
			this.#out.write(`${lines.join('\n')}\n\n`);
		}
	}

	/** Writes a line that stays; the next drawing goes below it. */
	say(line: string): void {
		this.#out.write(`${line}\n`);
		this.#drawn = 0;
	}
}
