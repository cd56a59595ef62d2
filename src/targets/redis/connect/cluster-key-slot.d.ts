/** The package has no types. */
declare module 'cluster-key-slot' {
	/** The slot of a key, from 0 to 16383, with regard to its hash tag. */
	export default function slotOf(key: Uint8Array): number;
}
