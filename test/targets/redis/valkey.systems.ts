import { lagHolds } from './property.ts';

// Valkey went its own way: it sets counters right by reading, and tells a lag that is not.

lagHolds('valkey', [1, 2, 3]);
