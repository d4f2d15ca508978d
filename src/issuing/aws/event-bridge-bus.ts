import { EventBridgeClient, PutEventsCommand } from '@aws-sdk/client-eventbridge';
import { CaEvent, EVENT_SOURCE } from '../../contract/ca-events';
import { AwsCalls } from '../../lambda/aws/aws-calls';
import { EventBus } from '../revocation/announce';

/** How many events a call may hold. https://docs.aws.amazon.com/eventbridge/latest/APIReference/API_PutEvents.html */
const MAX_EVENTS = 10;

/** The default event bus of Amazon EventBridge in a Region. */
export class EventBridgeBus implements EventBus {
  constructor(private readonly client: EventBridgeClient, private readonly calls: AwsCalls) {}

  public async put(events: readonly CaEvent[]): Promise<boolean[]> {
    const taken: boolean[] = [];
    for (let first = 0; first < events.length; first += MAX_EVENTS) {
      const batch = events.slice(first, first + MAX_EVENTS);
      const command = new PutEventsCommand({
        Entries: batch.map(({ type, detail }) => ({ Source: EVENT_SOURCE, DetailType: type, Detail: JSON.stringify(detail) })),
      });
      const { Entries = [] } = await this.calls.make('events:PutEvents', 'the default event bus', options => this.client.send(command, options));
      taken.push(...batch.map((_, index) => Entries[index]?.EventId !== undefined));
    }
    return taken;
  }
}
