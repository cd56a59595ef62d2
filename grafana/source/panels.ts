import {
	LegendDisplayMode,
	LegendPlacement,
	SortOrder,
	TooltipDisplayMode,
	VizLegendOptionsBuilder,
	VizTooltipOptionsBuilder,
} from '@grafana/grafana-foundation-sdk/common';
import type { ValueMapping } from '@grafana/grafana-foundation-sdk/dashboard';
import {
	PanelBuilder as Heatmap,
	YAxisConfigBuilder,
} from '@grafana/grafana-foundation-sdk/heatmap';
import { DataqueryBuilder, PromQueryFormat } from '@grafana/grafana-foundation-sdk/prometheus';
import { PanelBuilder as Stat } from '@grafana/grafana-foundation-sdk/stat';
import { PanelBuilder as StateTimeline } from '@grafana/grafana-foundation-sdk/statetimeline';
import { PanelBuilder as Table } from '@grafana/grafana-foundation-sdk/table';
import { PanelBuilder as TimeSeries } from '@grafana/grafana-foundation-sdk/timeseries';
import { datasource } from './variables.ts';

/** What every panel says of itself. */
interface About {
	readonly title: string;
	/** What it shows, and how to read it. */
	readonly description: string;
	/** Of Grafana: s, short, mps, percentunit, bytes. */
	readonly unit: string;
	/** Of 24; half of the width unless given. */
	readonly width?: number;
	readonly mappings?: ValueMapping[];
}

/** A query of a graph. */
export interface Line {
	readonly expr: string;
	readonly legend: string;
	/** Drawn dashed: what the others are compared with. */
	readonly threshold?: true;
}

const refIds = 'ABCDEFGH';

/** Where a line or a row leads. */
interface Link {
	readonly title: string;
	readonly url: string;
}

/** Lines over time. */
export function lines(about: About, queries: readonly Line[], link?: Link): TimeSeries {
	const panel = described(new TimeSeries(), about, 8)
		.min(0)
		.lineWidth(1)
		.fillOpacity(queries.length === 1 ? 10 : 0)
		.legend(tableLegend())
		.tooltip(
			new VizTooltipOptionsBuilder().mode(TooltipDisplayMode.Multi).sort(SortOrder.Descending),
		);
	queries.forEach(({ expr, legend, threshold }, index) => {
		const refId = refIds.charAt(index);
		panel.withTarget(query(expr, refId).legendFormat(legend).range());
		if (threshold) {
			panel.overrideByQuery(refId, [
				{ id: 'custom.lineStyle', value: { fill: 'dash', dash: [8, 8] } },
				{ id: 'custom.fillOpacity', value: 0 },
			]);
		}
	});
	// A plain object: the builder is of links of dashboards, which have more fields.
	if (link !== undefined) panel.overrideByRegexp('.*', [{ id: 'links', value: [link] }]);
	return panel;
}

/** One number as it is now. */
export function number(about: About, expr: string): Stat {
	return described(new Stat(), about, 4).withTarget(
		query(expr, 'A').legendFormat(about.title).instant(),
	);
}

/** Words that change over time. */
export function states(about: About, { expr, legend }: Line): StateTimeline {
	return described(new StateTimeline(), about, 8)
		.mergeValues(true)
		.rowHeight(0.9)
		.withTarget(query(expr, 'A').legendFormat(legend).range());
}

/** A row for each line's name, coloured by its value. */
export function heat(about: About, { expr, legend }: Line): Heatmap {
	return described(new Heatmap(), about, 10)
		.calculate(false)
		.yAxis(new YAxisConfigBuilder().unit('string'))
		.withTarget(query(expr, 'A').legendFormat(legend).range());
}

/** A column of values in a table, by its query. */
export interface Column {
	readonly expr: string;
	readonly name: string;
	readonly unit: string;
	readonly mappings?: ValueMapping[];
}

/**
 * What is true now, a row for each set of labels, with a column for each query.
 *
 * @param labels - columns that are shown, from left to right
 * @param link - of the last label's column
 */
export function table(
	about: About,
	labels: readonly string[],
	columns: readonly Column[],
	link?: Link,
): Table {
	const panel = described(new Table(), about, 8).filterable(true);
	columns.forEach(({ expr }, index) => {
		panel.withTarget(query(expr, refIds.charAt(index)).format(PromQueryFormat.Table).instant());
	});
	const resultOf = (index: number): string =>
		columns.length === 1 ? 'Value' : `Value #${refIds.charAt(index)}`;
	panel.withTransformation({ id: 'merge', options: {} }).withTransformation({
		id: 'organize',
		options: {
			excludeByName: { Time: true },
			indexByName: Object.fromEntries(
				[...labels, ...columns.map((_, index) => resultOf(index))].map((name, at) => [name, at]),
			),
			renameByName: Object.fromEntries(columns.map(({ name }, index) => [resultOf(index), name])),
		},
	});
	for (const { name, unit, mappings = [] } of columns) {
		panel.overrideByName(name, [
			{ id: 'unit', value: unit },
			{ id: 'mappings', value: mappings },
		]);
	}
	const last = labels.at(-1);
	if (link !== undefined && last !== undefined) {
		panel.overrideByName(last, [{ id: 'links', value: [link] }]);
	}
	return panel;
}

interface Described<Panel> {
	title(title: string): Panel;
	description(description: string): Panel;
	unit(unit: string): Panel;
	span(width: number): Panel;
	height(height: number): Panel;
	datasource(of: { type: string; uid: string }): Panel;
	mappings(mappings: ValueMapping[]): Panel;
}

function described<Panel extends Described<Panel>>(
	panel: Panel,
	{ title, description, unit, width = 12, mappings = [] }: About,
	height: number,
): Panel {
	return panel
		.title(title)
		.description(description)
		.unit(unit)
		.span(width)
		.height(height)
		.datasource({ ...datasource })
		.mappings(mappings);
}

function query(expr: string, refId: string): DataqueryBuilder {
	return new DataqueryBuilder()
		.datasource({ ...datasource })
		.expr(expr)
		.refId(refId);
}

function tableLegend(): VizLegendOptionsBuilder {
	return new VizLegendOptionsBuilder()
		.displayMode(LegendDisplayMode.Table)
		.placement(LegendPlacement.Bottom)
		.showLegend(true)
		.calcs(['lastNotNull', 'max'])
		.sortBy('Last *')
		.sortDesc(true);
}
