/** A channel with an end in this thread, or with both. */
import { onTestFinished } from 'vitest';
import { Pair } from 'zeromq';
import {
  CHANNEL_SOCKET,
  Channel,
  type ChannelEnd,
  type ChannelEnds,
  channelEnds,
} from '../../src/channel/channel.ts';

let count = 0;

/** The ends of a channel that no other program uses. */
export function newEnds(): ChannelEnds {
  return channelEnds(`test-${++count}`);
}

/** Closed when the test ends. */
export async function openEnd(end: ChannelEnd): Promise<Channel> {
  const channel = new Channel(new Pair(CHANNEL_SOCKET), end);
  onTestFinished(() => channel.close());
  await channel.open();
  return channel;
}

export async function openBoth(): Promise<{ bound: Channel; connected: Channel }> {
  const ends = newEnds();
  const bound = await openEnd(ends.bound);
  return { bound, connected: await openEnd(ends.connected) };
}

/** The messages that arrive from now on. */
export function arrivals(channel: Channel): readonly string[] {
  const texts: string[] = [];
  void channel.receive((text) => void texts.push(text));
  return texts;
}
