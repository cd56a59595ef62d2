import type { FastifyInstance } from 'fastify';

/** A plain page with links, for who opens the address in a browser. */
export function startPage(app: FastifyInstance, metricsPath: string, version: string): void {
	const links = [
		[metricsPath, 'metrics, for Prometheus'],
		['/config', 'the configuration in use, without secrets'],
		['/-/healthy', 'healthy: 200 while the process serves'],
		['/-/ready', 'ready: 200 once every target was tried'],
	] as const;
	const items = links.map(([path, text]) => `<li><a href="${path}">${path}</a> ${text}</li>`);
	const html = `<!doctype html>
<html lang="en">
<meta charset="utf-8">
<meta name="viewport" content="width=device-width">
<title>stream-lag-exporter</title>
<h1>stream-lag-exporter</h1>
<p>Version ${version}. Consumer lag of Kafka, Redis Streams and NATS JetStream.</p>
<ul>
${items.join('\n')}
</ul>
</html>
`;
	app.get('/', async (_request, reply) => reply.type('text/html; charset=utf-8').send(html));
}
