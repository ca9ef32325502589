/** The reply of a node as people see it. */
import { describe, expect, test } from 'vitest';
import type { NodeRequest } from '../../src/core/model.ts';
import { type HttpReply, readReply } from '../../src/node/dialect/read-reply.ts';
import { reliableOps } from '../../src/node/dialects/reliable-ops.ts';

function answer(kind: NodeRequest['kind'], http: Partial<HttpReply>) {
  return readReply(reliableOps, { kind, groupId: '5' }, { status: 200, body: '', at: 0, ...http });
}

describe('the last response', () => {
  test.each([
    [
      400,
      '{"message": "Perhaps the object exists.", "status": 400}',
      '400 Perhaps the object exists.',
    ],
    [201, 'CREATED\n', '201 CREATED'],
    [500, '', '500'],
    [500, ' two\r\n\tlines ', '500 two lines'],
    [500, '{"message": 7}', '500 {"message": 7}'],
    [500, '{"error":', '500 {"error":'],
    [502, '<html><h1>Bad Gateway</h1></html>', '502 (HTML) Bad Gateway'],
    [502, '<html></html>', '502 (HTML)'],
    [502, '<html><title>No route</title></html>', '502 (HTML) No route'],
    [
      400,
      '<html>\r\n<head><title>400 No required SSL certificate was sent</title></head>\r\n<body>\r\n' +
        '<center><h1>400 Bad Request</h1></center>\r\n<center>No required SSL certificate was sent</center>\r\n<hr><center>nginx/1.22.1</center>\r\n</body></html>',
      '400 (HTML) 400 Bad Request No required SSL certificate was sent nginx/1.22.1',
    ],
    [
      500,
      '<!-- a > b --><style>b { c }</style><script>if (a < b) c();</script>Tom &amp; &#74;erry&nbsp;&hearts;',
      '500 (HTML) Tom & Jerry &hearts;',
    ],
    [500, '<p>cut off <script>alert(1)', '500 (HTML) cut off'],
    [500, '<p>&#9999999;<a href="x', '500 (HTML) &#9999999;'],
    [500, 'a\u0007b\u009bc', '500 a b c'],
    [500, 'half \ud83d', '500 half \ufffd'],
  ])('%d %j is reported as %j', (status, body, detail) => {
    expect(answer('create', { status, body }).detail).toBe(detail);
  });

  test('the target of a redirect is reported', () => {
    const fields = new Map([['location', ['https://node/v1/group']]]);
    const body = '<html><h1>301 Moved Permanently</h1></html>';
    const detail = '301 to https://node/v1/group (HTML) 301 Moved Permanently';
    expect(answer('read', { status: 301, body, fields })).toEqual({ kind: 'refused', detail });
    expect(answer('read', { status: 401, body: 'no', fields }).detail).toBe('401 no');
  });

  test.each([
    ['https://sso/login?session=s3cret', '302 to https://sso/login?…'],
    ['//user:s3cret@sso/login#token=s3cret', '302 to //sso/login#…'],
    ['/login;jsessionid=s3cret', '302 to /login;…'],
  ])('P10: the target %s of a redirect is shown without its secrets', (target, detail) => {
    const fields = new Map([['location', [target]]]);
    expect(answer('read', { status: 302, body: '', fields }).detail).toBe(detail);
  });

  test('P10: a 404 without proof is reported with its words', () => {
    const body = '<html><h1>No route</h1></html>';
    const detail = "404 without the node's proof: (HTML) No route";
    expect(answer('read', { status: 404, body }).detail).toBe(detail);
    expect(answer('read', { status: 404, body: '' }).detail).toBe("404 without the node's proof");
  });

  test('P9: a page is read in linear time, whatever it is made of', () => {
    for (const piece of ['<', '<!--', '<script>', '<style ', '&#1', '&amp', '<a href="']) {
      const page = `<html>${piece.repeat(100_000)}`;
      const began = performance.now();
      expect(answer('create', { status: 500, body: page }).detail.length).toBeLessThanOrEqual(200);
      expect(performance.now() - began).toBeLessThan(500);
    }
  });

  test('it is at most 200 characters long, and never ends in half a character', () => {
    const detail = answer('create', { status: 500, body: '😀'.repeat(1000) }).detail;
    expect(detail).toHaveLength(200);
    expect(detail.isWellFormed()).toBe(true);
    expect(detail.endsWith('…')).toBe(true);
  });
});
