import { conformance } from './conformance.ts';
import { memory, sqlite } from './support/driver.ts';

conformance(memory);
conformance(sqlite());
// Every listing in these tests then takes many pages, most of them short.
conformance(sqlite(2));
