import { readdirSync } from 'node:fs';
import { read, root } from '../deploy/read.ts';

/** What the tests read of Grafana's JSON model. */
export interface Dashboard {
	readonly uid: string;
	readonly title: string;
	readonly links: readonly { readonly title: string; readonly url: string }[];
	readonly panels: readonly Panel[];
	readonly templating: { readonly list: readonly Variable[] };
}

export interface Panel {
	readonly id: number;
	readonly type: string;
	readonly title: string;
	readonly description?: string;
	readonly gridPos: {
		readonly x: number;
		readonly y: number;
		readonly w: number;
		readonly h: number;
	};
	readonly datasource?: { readonly uid: string };
	readonly fieldConfig?: {
		readonly defaults: { readonly unit?: string };
		readonly overrides: readonly {
			readonly properties: readonly { readonly id: string; readonly value: unknown }[];
		}[];
	};
	readonly targets?: readonly Query[];
}

export interface Query {
	readonly refId: string;
	readonly expr: string;
	readonly legendFormat?: string;
	readonly format?: string;
	readonly instant?: boolean;
	readonly datasource: { readonly uid: string };
}

export interface Variable {
	readonly type: string;
	readonly name: string;
	readonly query: string;
	readonly multi?: boolean;
	readonly includeAll?: boolean;
	readonly allValue?: string;
}

/** The dashboards as they are committed, by their file names. */
export const dashboards: ReadonlyMap<string, Dashboard> = new Map(
	readdirSync(new URL('grafana/dashboards', root)).map((file) => [
		file,
		JSON.parse(read(`grafana/dashboards/${file}`)) as Dashboard,
	]),
);

/** Panels that ask something. */
export function askingPanels({ panels }: Dashboard): readonly Panel[] {
	return panels.filter(({ type }) => type !== 'row');
}

/**
 * An expression as Grafana sends it when all is chosen.
 *
 * @param range - of the time that is shown, and of rates: `1m`
 */
export function filledIn(
	expr: string,
	{ variables, range }: { variables: readonly Variable[]; range: string },
): string {
	const filled = variables.reduce(
		(text, { name, allValue = '' }) => text.replaceAll(`$${name}"`, `${allValue}"`),
		expr.replaceAll('$__rate_interval', range).replaceAll('$__range', range),
	);
	if (filled.includes('$')) throw new Error(`a variable is left in ${filled}`);
	return filled;
}
