import type { Logger } from 'pino';
import type { Config, TargetPlan } from '../config/plan.ts';
import { type Outcome, pollOnce, problemsOf, underDeadline } from '../poll/outcome.ts';
import type { Trial } from '../targets/trial.ts';
import { type Diagnosis, formatDiagnosis, formatSummary, isFine } from './diagnosis-text.ts';

/** What is examined, and where the words go. */
export interface DoctorOptions {
	readonly config: Config;
	readonly log: Logger;
	readonly stop: AbortSignal;
	readonly print: (text: string) => Promise<void>;
}

/**
 * Examines all targets at the same time and prints what it finds, in their order: one that hangs
 * costs its own deadline, and what it told before is printed.
 *
 * @returns whether all is fine
 */
export async function doctor({ config, log, stop, print }: DoctorOptions): Promise<boolean> {
	const examinations = config.targets.map((plan) => examine(plan, log, stop));
	const diagnoses: Diagnosis[] = [];
	for (const examination of examinations) {
		const diagnosis = await examination;
		diagnoses.push(diagnosis);
		await print(`${formatDiagnosis(diagnosis)}\n`);
	}
	await print(formatSummary(diagnoses));
	return diagnoses.every(isFine);
}

async function examine(plan: TargetPlan, log: Logger, stop: AbortSignal): Promise<Diagnosis> {
	const { name, platform, options, poll } = plan;
	const target = platform.connect(options, log.child({ target: name }), poll.timeoutMs);
	const trials: Trial[] = [];
	let grants: readonly string[] = [];
	let outcome: Outcome | undefined;
	const startedMs = performance.now();
	try {
		grants = await underDeadline(
			(signal) => target.diagnose(signal, (trial) => trials.push(trial)),
			poll.timeoutMs,
			stop,
		);
		const isLate = performance.now() - startedMs >= poll.timeoutMs;
		if (!isLate && trials.some(({ state }) => state === 'allowed')) {
			outcome = await pollOnce((signal) => target.read(signal), poll.timeoutMs, stop);
		}
	} catch (error) {
		for (const { operation, message } of problemsOf(error)) {
			trials.push({ operation, subject: name, state: 'failed', answer: message });
		}
	} finally {
		await target.close();
	}
	return { target: name, platform: platform.name, trials, grants, ...(outcome && { outcome }) };
}
