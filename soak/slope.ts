/** A straight line through points by least squares. */
export interface Slope {
	/** Per unit of the first coordinate. */
	readonly slope: number;
	/** Two standard errors: the true slope is within so much of it in 19 of 20 cases. */
	readonly spread: number;
}

/**
 * The least-squares slope of points that are equally far apart. Values that follow one another are
 * alike, as those of memory are, and tell less than as many independent ones: the spread is widened by
 * what the residuals have in common with their neighbours.
 */
export function slopeOf(points: readonly (readonly [x: number, y: number])[]): Slope {
	const count = points.length;
	const meanX = points.reduce((sum, [x]) => sum + x, 0) / count;
	const meanY = points.reduce((sum, [, y]) => sum + y, 0) / count;
	const squares = points.reduce((sum, [x]) => sum + (x - meanX) ** 2, 0);
	const slope = points.reduce((sum, [x, y]) => sum + (x - meanX) * (y - meanY), 0) / squares;
	const residuals = points.map(([x, y]) => y - meanY - slope * (x - meanX));
	const total = residuals.reduce((sum, residual) => sum + residual ** 2, 0);
	const neighbours = residuals
		.slice(1)
		.reduce((sum, residual, at) => sum + residual * (residuals[at] as number), 0);
	const likeness = total === 0 ? 0 : Math.min(0.98, Math.max(0, neighbours / total));
	const independent = Math.max(3, count * ((1 - likeness) / (1 + likeness)));
	return { slope, spread: 2 * Math.sqrt(total / (independent - 2) / squares) };
}
