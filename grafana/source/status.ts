import { MappingType, type ValueMapping } from '@grafana/grafana-foundation-sdk/dashboard';
import { byGroup, ofGroup } from './select.ts';

/** Every status with its colour, from the best to the worst. */
const statuses = [
	['ok', 'green'],
	['paused', 'blue'],
	['catching_up', 'light-green'],
	['behind', 'yellow'],
	['rewound', 'purple'],
	['unknown', 'text'],
	['stalled', 'orange'],
	['blocked', 'dark-orange'],
	['stopped', 'red'],
	['losing', 'dark-red'],
] as const;

/** The status of each group as a number, for a timeline; of two that replicas tell, the worse. */
export const statusAsNumber = `max by (${byGroup}) (\n${statuses
	.map(([status], code) => `  ${code} * stream_consumer_status{${ofGroup},status="${status}"}`)
	.join('\n  or\n')}\n)`;

/** Gives the numbers their words back. */
export const statusWords: ValueMapping[] = [
	{
		type: MappingType.ValueToText,
		options: Object.fromEntries(
			statuses.map(([text, color], index) => [String(index), { text, color, index }]),
		),
	},
];

/** The colour of each word, for lines that carry the status as their name. */
export const statusColors = statuses.map(([status, color]) => ({
	status,
	properties: [{ id: 'color', value: { mode: 'fixed', fixedColor: color } }],
}));

/** For values that are 1 or 0. */
export function yesOrNo(yes: string, no: string): ValueMapping[] {
	return [
		{
			type: MappingType.ValueToText,
			options: {
				'0': { text: no, color: 'red', index: 0 },
				'1': { text: yes, color: 'green', index: 1 },
			},
		},
	];
}
