import type { Loaded } from '../config/load.ts';
import { printMistake } from '../config/mistake.ts';
import { few } from '../options/quoted.ts';

/**
 * What there is to say of a configuration: a line for each mistake, or one that says what was
 * checked. Files that it names were read; nothing was connected to.
 */
export function checkConfig(loaded: Loaded): readonly string[] {
	if (!loaded.ok) return loaded.mistakes.map(printMistake);
	const { config, source, ignoredVariables } = loaded;
	const targets = config.targets.map(({ name, platform }) => `${name} (${platform.name})`);
	const parts = [
		`${counted(targets.length, 'target')}: ${few(targets)}`,
		counted(config.objectives.length, 'objective'),
		counted(config.expected.length, 'expected group'),
		...(ignoredVariables.length > 0 ? [`${ignoredVariables.join(', ')} ignored`] : []),
	];
	return [`${source} is right: ${parts.join('; ')}`];
}

function counted(count: number, thing: string): string {
	return `${count} ${thing}${count === 1 ? '' : 's'}`;
}
