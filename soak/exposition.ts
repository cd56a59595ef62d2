/** What is wrong with the text of `/metrics` whatever it tells: by the laws of the contract, and of the format. */
export function flawsOf(text: string): string[] {
	const flaws: string[] = [];
	if (!text.endsWith('\n')) flaws.push('the text is cut short');
	const seen = new Set<string>();
	const families = new Set<string>();
	for (const line of text.split('\n')) {
		if (line.startsWith('# TYPE ')) {
			const family = line.split(' ')[2] ?? '';
			if (families.has(family)) flaws.push(`${family} is there twice`);
			families.add(family);
		}
		if (line === '' || line.startsWith('#')) continue;
		const at = line.lastIndexOf(' ');
		const [series, value] = [line.slice(0, at), Number(line.slice(at + 1))];
		if (seen.has(series)) flaws.push(`${series} is there twice`);
		seen.add(series);
		if (!(value >= 0 && value < Number.POSITIVE_INFINITY)) flaws.push(line);
	}
	return flaws;
}
