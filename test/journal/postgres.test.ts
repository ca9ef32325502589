import { describe } from 'vitest';
import { acts } from './conformance/acts.ts';
import { listing } from './conformance/listing.ts';
import { conformance } from './conformance.ts';
import { postgres } from './support/postgres-driver.ts';

conformance(postgres());
// Every listing then takes many pages, most of them short.
describe('two rows at a time', () => {
  const driver = postgres(2);
  describe('listing', () => listing(driver));
  describe('acts of operators', () => acts(driver));
});
