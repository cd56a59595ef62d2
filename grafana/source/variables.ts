import {
	type DashboardBuilder,
	DatasourceVariableBuilder,
	QueryVariableBuilder,
	VariableRefresh,
	VariableSort,
} from '@grafana/grafana-foundation-sdk/dashboard';
import { ofStream, ofTarget } from './select.ts';

/** The Prometheus that everything is asked of. */
export const datasource = { type: 'prometheus', uid: '${datasource}' } as const;

/** Each is asked of a metric that every such thing has, and narrowed by those before it. */
const queries = {
	platform: ['Platform', 'label_values(stream_target_poll_interval_seconds, platform)'],
	target: [
		'Target',
		'label_values(stream_target_poll_interval_seconds{platform=~"$platform"}, target)',
	],
	// A length can be unknown, and the number of groups to every shard.
	stream: [
		'Stream',
		`label_values({__name__=~"stream_length|stream_consumers",${ofTarget}}, stream)`,
	],
	consumer_group: [
		'Consumer group',
		`label_values(stream_consumer_objective_info{${ofStream}}, consumer_group)`,
	],
} as const;

/** Gives a dashboard the variables that its panels select by. */
export function withVariables(
	dashboard: DashboardBuilder,
	names: readonly (keyof typeof queries)[],
): DashboardBuilder {
	dashboard.withVariable(
		new DatasourceVariableBuilder('datasource').label('Prometheus').type('prometheus'),
	);
	for (const name of names) {
		const [label, query] = queries[name];
		dashboard.withVariable(
			new QueryVariableBuilder(name)
				.label(label)
				.datasource(datasource)
				.query(query)
				.definition(query)
				.multi(true)
				.includeAll(true)
				.allValue('.*')
				.current({ text: ['All'], value: ['$__all'] })
				.refresh(VariableRefresh.OnTimeRangeChanged)
				.sort(VariableSort.AlphabeticalAsc),
		);
	}
	return dashboard;
}
