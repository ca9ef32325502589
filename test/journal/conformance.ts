/** The duties of every driver of the journal: the port's comments, and P2, P3, P4.5, P7. */
import { describe } from 'vitest';
import { accepting } from './conformance/accepting.ts';
import { acts } from './conformance/acts.ts';
import { atomicity } from './conformance/atomicity.ts';
import { foundBodies } from './conformance/found-bodies.ts';
import { headOf } from './conformance/head.ts';
import { standingWords } from './conformance/kept.ts';
import { lastWords } from './conformance/last-words.ts';
import { listing } from './conformance/listing.ts';
import { loading } from './conformance/loading.ts';
import { looseRequests } from './conformance/loose.ts';
import { ownerMarks } from './conformance/marks.ts';
import { parking } from './conformance/parking.ts';
import { pruning } from './conformance/pruning.ts';
import { records } from './conformance/records.ts';
import { stories } from './conformance/stories.ts';
import type { Driver } from './support/driver.ts';

export function conformance(driver: Driver): void {
  describe(`the journal (${driver.name})`, () => {
    describe('accepting', () => accepting(driver));
    describe('the story of a command', () => stories(driver));
    describe('all of a batch or none', () => atomicity(driver));
    describe('loading open commands', () => loading(driver));
    describe('loose requests', () => looseRequests(driver));
    describe('owner marks', () => ownerMarks(driver));
    describe('last words', () => lastWords(driver));
    describe('listing', () => listing(driver));
    describe('parking', () => parking(driver));
    describe('pruning', () => pruning(driver));
    describe('records', () => records(driver));
    describe('stories', () => stories(driver));
    describe('standing words', () => standingWords(driver));
    describe('acts of operators', () => acts(driver));
    describe('found bodies', () => foundBodies(driver));
    describe('the head', () => headOf(driver));
  });
}
