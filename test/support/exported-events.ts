import { type CloudEvent, eventTypes } from '../../src/cli/export/cloud-event';

/** Creates an event of a session. The data does not follow the schema. */
export function createEvent(id: string, session = `session of ${id}`): CloudEvent {
  return {
    specversion: '1.0',
    id,
    source: 'urn:focal:orchestration:tenant:test',
    type: eventTypes.turn,
    subject: session,
    partitionkey: session,
    time: '2030-01-01T00:00:00.000Z',
    datacontenttype: 'application/json',
    dataschema: 'urn:test',
    data: {},
  };
}
