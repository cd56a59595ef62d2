import { lagHolds } from './property.ts';

lagHolds('usual', [1, 2, 3]);
