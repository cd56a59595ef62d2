import { type Html, html } from './html.ts';

/** What stands around every page. */
export interface Frame {
	readonly title: string;
	readonly version: string;
	/** Which part of all streams and groups is shown; absent: all of it. */
	readonly shard?: string;
	/** The path of the metrics, from `/` on. */
	readonly telemetryPath: string;
	/** How often the script refreshes the page. */
	readonly refreshSeconds: number;
	/** What the script leaves alone: what people type into. */
	readonly still?: Html;
	/** What the script keeps up to date. */
	readonly live: Html;
}

/** A whole document. Without its script it is the same, and stands still. */
export function document(frame: Frame): string {
	const { title, version, shard, telemetryPath, refreshSeconds, still, live } = frame;
	return html`<!doctype html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<meta name="color-scheme" content="light dark">
<title>${title}</title>
<link rel="icon" href="data:,">
<link rel="stylesheet" href="./assets/page.css">
<script type="module" src="./assets/page.js"></script>
</head>
<body data-refresh-seconds="${refreshSeconds}">
<a class="skip" href="#live">Skip to the content</a>
<header><a class="home" href="./">stream-lag-exporter</a> <small>${version}${shard === undefined ? undefined : html` · ${shard}`}</small></header>
<p id="gone" role="alert" hidden></p>
<main>
${still}
<div id="live" tabindex="-1">${live}</div>
</main>
<footer>
<nav aria-label="Other answers">
<a href=".${telemetryPath}">metrics</a>
<a href="./api/v1/consumers">consumers as JSON</a>
<a href="./api/v1/targets">targets as JSON</a>
<a href="./config">configuration</a>
</nav>
</footer>
</body>
</html>
`.text;
}
