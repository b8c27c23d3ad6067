// Bytes that release 0.1.0 wrote for the values in `values.ts`, in base64. Do not change them.

/** The bytes of each value, and content hashes in hexadecimal. */
export const recordedBytes = {
  session:
    'CgZ0ZW5hbnQSBWFnZW50GhJzZXNzaW9uIC8gb2Yge29uZX0gAigCMtICCgppbnN0YW5jZS0xEgZyZWZ1bmQYAyABKAEyCgiA4s+qBhDAhD06CgiA4s+qBhCAiXpiB2NvbmZpcm1qaQgCEAEYAhgDIghvcmRlcl9pZCgDMghvcmRlcl9pZDoTCgZhbW91bnQSCREAAAAAAAApQDosCgVsaW5lcxIjMiEKCREAAAAAAADwPwoCCAAKECoOCgwKA3NrdRIFGgNBLTdAAUgEUAFYAXIUCAESA2FzaxgBIgVhc2svMSgBMAFyDQgCEgdjb25maXJtGAJ6HgoDYXNrEg9PcmRlciBpcyBsb2NrZWQYASABKAEwAYIBA2Fza4oBBwoDYXNrEAKKAQ8KC2NvbnN0cnVjdG9yEAGQAQKYAQKiAREKCG9yZGVyX2lkEgUaA0EtN6IBCQoDdmlwEgIgAagBAbIBEQoIZ2xvYmFsLzESBWd1YXJkugEFZ3JlZXQyYQoKaW5zdGFuY2UtMhIHYm9va2luZxgBIAIoAjILCIDiz6oGEMCNtwE6CwiA4s+qBhCAkvQBQgsIgOLPqgYQwJaxAkgGUAFaCmluc3RhbmNlLTFiBGRhdGVqBAgBEAKQAQE6PQoKaW5zdGFuY2UtMBIIZ3JlZXRpbmcYAiADKBAwAzoLCIDiz6oGEICb7gJCCwiA4s+qBhDAn6sDSgNieWVCGgoFZW1haWwSDxoNYUBleGFtcGxlLm9yZxgBQhAKCG9yZGVyX2lkEgIIABgDShgKCWNvbXBsYWludBEAAAAAAADoPxgPIAJSDAoGcmVmdW5kEAIYAVoOCgppbnN0YW5jZS0xEANiBnJlZnVuZGIHYm9va2luZ2oGCIDiz6oGcgsIgOLPqgYQgKToA3oGdHVybiAyiAEDogEQaGFzaCBvZiBhIHJlY29yZA==',
  scenario:
    'CqUDCgZyZWZ1bmQSBlJlZnVuZBoNUmV0dXJucyBtb25leSIQd2FudHMgbW9uZXkgYmFjayoHYmlsbGluZzABOPv//////////wFCA2Fza0rmAQoDYXNrEgNBc2saEkFza3MgZm9yIHRoZSBvcmRlciIIb3JkZXJfaWQoATIPT3JkZXIgaXMgbG9ja2VkOAFAAUgAUghvcmRlcl9pZFoZCgZsb29rdXAQARoGYW1vdW50IgVsb2dpbmIGcmVmdW5kagVzb3JyeXABgAEBiAEHkAEEmAEBogFgCgVhc2svMRIHY29uZmlybRgDIAIqBnJlZnVuZDIRZGF0YS5hbW91bnQgPiAxLjA6BmFtb3VudEABQARKCGlzIGFuZ3J5VQAAAD9VAACAvloGYW1vdW50Ygdnb2VzIG9uWhkKCG9yZGVyX2lkEAIaC1doaWNoIG9yZGVyYghvcmRlcl9pZGoEdHJ1ZXIFZmFsc2V4AYABBYgBBpIBCAhaEIDKte4BmAECoAECqAECsgESCgtjb25zdHJ1Y3RvchIDYXNrsgEKCgNvbGQSA2FzaxADGgRoYXNoIgsIgOLPqgYQwLqZBg==',
  relationship: 'CAEQARoKcnVsZSB8IG9uZSIGcmVmdW5kKQAAAAAAANA/',
  response:
    'ChJzZXNzaW9uIC8gb2Yge29uZX0SBnR1cm4gMhgCIAIqnQEKBnJlZnVuZBEAAAAAAADgPxoKaW5zdGFuY2UtMSIKaW5zdGFuY2UtMSobCgZyZWZ1bmQSBlJlZnVuZBgDIQAAAAAAAOA/MigKCmluc3RhbmNlLTISB2Jvb2tpbmcaB0Jvb2tpbmcgASoEZGF0ZTABOiEIARABGgpydWxlIHwgb25lIgZyZWZ1bmQpAAAAAAAA0D9CCG9yZGVyX2lkMnkKB2Jvb2tpbmcSCmluc3RhbmNlLTIYAyAPKhBJdCBzdGF5cyBwYXVzZWQuMQAAAAAAAPA/OgRkYXRlQgRkYXRlSAFSD09yZGVyIGlzIGxvY2tlZFoEY2l0eWAPagtubyBzdWNoIGtleXIKaW5zdGFuY2UtMXgBgAECOl8KCWNvbXBsYWludBIJQ29tcGxhaW50GQAAAAAAAOg/IAQoCzITQSBmaWVsZCBpcyBtaXNzaW5nLjoGcmVhc29uQgZyZWZ1bmRKBHJ1bGVQAloLbm8gc3VjaCBrZXlgAUKzAQoGcmVmdW5kEgppbnN0YW5jZS0xGgNhc2siB2NvbmZpcm0oATIFZ3JlZXQ4AUIDYXNrSgVhc2svMVIwCgVhc2svMhIDYXNrGgNieWUgAyoGYW1vdW50OhNBIGZpZWxkIGlzIG1pc3NpbmcuWAhiCUl0IHdhaXRzLmkAAAAAAADgP3IDYXNreghvcmRlcl9pZIIBBmFtb3VudIoBBmFtb3VudJABApoBC25vIHN1Y2gga2V5Sv8ECkYKBnJlZnVuZBIGUmVmdW5kGgppbnN0YW5jZS0xIgdjb25maXJtKgdDb25maXJtMAE4B0ABSAFSB2Jvb2tpbmdqBWVtYWlsCnAKBnJlZnVuZBIGUmVmdW5kGgppbnN0YW5jZS0xIgdjb25maXJtKgdDb25maXJtMAI4B0ABSAFSB2Jvb2tpbmdaCG9yZGVyX2lkYhgKBWVtYWlsEg8aDWFAZXhhbXBsZS5vcmdqBWVtYWlscgRjaXR5CpwBCgZyZWZ1bmQSBlJlZnVuZBoKaW5zdGFuY2UtMSIHY29uZmlybSoHQ29uZmlybTADOAdAAUgBUgdib29raW5nagVlbWFpbHoGUmVmdW5kggETCgZhbW91bnQSCREAAAAAAAApQIgBApIBGwoHYm9va2luZxIHQm9va2luZxkAAAAAAADgP5oBFGluc3RhbmNlLTEvY29uZmlybS8yCnoKBnJlZnVuZBIGUmVmdW5kGgppbnN0YW5jZS0xIgdjb25maXJtKgdDb25maXJtMAQ4B0ABSAFSB2Jvb2tpbmdqBWVtYWlsmgEUaW5zdGFuY2UtMS9jb25maXJtLzKiARoKBnJlZnVuZBADGgZhbW91bnQiBmxvb2t1cApcCgZyZWZ1bmQSBlJlZnVuZBoKaW5zdGFuY2UtMSIHY29uZmlybSoHQ29uZmlybTAFOAdAAUgBUgdib29raW5nagVlbWFpbKoBBXNvcnJ5qgEDYnllsgEFc29ycnkSBnJlZnVuZBoGcmVmdW5kIAEoATABOAFCMgoHYm9va2luZxIHQm9va2luZxoKaW5zdGFuY2UtMiIEZGF0ZSoERGF0ZTIEY2l0eTgBUlkKNwoKaW5zdGFuY2UtMRIDYXNrGhBpbnN0YW5jZS0xL2Fzay8xIAIqBnJlZnVuZDIICgJvaxICIAASCmluc3RhbmNlLTEaElRoZSBzdGVwIHdhcyBsZWZ0LmI6CAESBW1vZGVsGg4KCmluc3RhbmNlLTEQAiIKCgZyZWZ1bmQQASoTCgZyZWZ1bmQQAxoFYXNrLzEgAQ==',
  scenarioHash: '1137d6ebce5acf822e454bf308503e9163818fcadb1d815a772a57ec7f20f5ca',
  legacySessionHash: '2b7e2181b83ff87add844e6d1625401648476292e91955810384f2c7fd1a07b7',
};

type RecordedKey = string | (string | number)[];

/** All entries of the embedded store, by table: the key and the value. The tables `owner` and `probes` are omitted. */
export const recordedTables: Readonly<Record<string, readonly (readonly [key: RecordedKey, value: string])[]>> = {
  'catalogue-revisions': [['tenant/agent%20%2F%20of%20%7Bone%7D', 'Mw==']],
  expiries: [[[1700000060000, 'tenant/session%20%2F%20of%20%7Bone%7D'], 'dHJ1ZQ==']],
  relationships: [
    [
      ['tenant/agent%20%2F%20of%20%7Bone%7D', 'DEPENDS_ON', 'RULE', 'rule%20%7C%20one', 'refund'],
      'CAEQARoKcnVsZSB8IG9uZSIGcmVmdW5kKQAAAAAAANA/',
    ],
  ],
  'scenario-heads': [
    [['tenant/agent%20%2F%20of%20%7Bone%7D', 'refund'], 'eyJuZXdlc3QiOjIsImxhc3QiOjIsImNvbnRlbnRIYXNoIjoiaGFzaCAyIn0='],
  ],
  'scenario-versions': [
    [
      ['tenant/agent%20%2F%20of%20%7Bone%7D', 'refund', 1],
      'CqUDCgZyZWZ1bmQSBlJlZnVuZBoNUmV0dXJucyBtb25leSIQd2FudHMgbW9uZXkgYmFjayoHYmlsbGluZzABOPv//////////wFCA2Fza0rmAQoDYXNrEgNBc2saEkFza3MgZm9yIHRoZSBvcmRlciIIb3JkZXJfaWQoATIPT3JkZXIgaXMgbG9ja2VkOAFAAUgAUghvcmRlcl9pZFoZCgZsb29rdXAQARoGYW1vdW50IgVsb2dpbmIGcmVmdW5kagVzb3JyeXABgAEBiAEHkAEEmAEBogFgCgVhc2svMRIHY29uZmlybRgDIAIqBnJlZnVuZDIRZGF0YS5hbW91bnQgPiAxLjA6BmFtb3VudEABQARKCGlzIGFuZ3J5VQAAAD9VAACAvloGYW1vdW50Ygdnb2VzIG9uWhkKCG9yZGVyX2lkEAIaC1doaWNoIG9yZGVyYghvcmRlcl9pZGoEdHJ1ZXIFZmFsc2V4AYABBYgBBpIBCAhaEIDKte4BmAECoAECqAECsgESCgtjb25zdHJ1Y3RvchIDYXNrsgEKCgNvbGQSA2FzaxoEaGFzaCILCIDiz6oGEMC6mQY=',
    ],
    [
      ['tenant/agent%20%2F%20of%20%7Bone%7D', 'refund', 2],
      'CqcDCgZyZWZ1bmQSCFJlZnVuZCAyGg1SZXR1cm5zIG1vbmV5IhB3YW50cyBtb25leSBiYWNrKgdiaWxsaW5nMAE4+///////////AUIDYXNrSuYBCgNhc2sSA0FzaxoSQXNrcyBmb3IgdGhlIG9yZGVyIghvcmRlcl9pZCgBMg9PcmRlciBpcyBsb2NrZWQ4AUABSABSCG9yZGVyX2lkWhkKBmxvb2t1cBABGgZhbW91bnQiBWxvZ2luYgZyZWZ1bmRqBXNvcnJ5cAGAAQGIAQeQAQSYAQGiAWAKBWFzay8xEgdjb25maXJtGAMgAioGcmVmdW5kMhFkYXRhLmFtb3VudCA+IDEuMDoGYW1vdW50QAFABEoIaXMgYW5ncnlVAAAAP1UAAIC+WgZhbW91bnRiB2dvZXMgb25aGQoIb3JkZXJfaWQQAhoLV2hpY2ggb3JkZXJiCG9yZGVyX2lkagR0cnVlcgVmYWxzZXgBgAEFiAEGkgEICFoQgMq17gGYAQKgAQKoAQKyARIKC2NvbnN0cnVjdG9yEgNhc2uyAQoKA29sZBIDYXNrGgZoYXNoIDIiCwiA4s+qBhDAupkG',
    ],
  ],
  sessions: [
    [
      'tenant/session%20%2F%20of%20%7Bone%7D',
      'QAAAAAAAAABCeLz+ZSYAAEJ4vP5lJgAACgZ0ZW5hbnQSBWFnZW50GhJzZXNzaW9uIC8gb2Yge29uZX0gAigCMtICCgppbnN0YW5jZS0xEgZyZWZ1bmQYAyABKAEyCgiA4s+qBhDAhD06CgiA4s+qBhCAiXpiB2NvbmZpcm1qaQgCEAEYAhgDIghvcmRlcl9pZCgDMghvcmRlcl9pZDoTCgZhbW91bnQSCREAAAAAAAApQDosCgVsaW5lcxIjMiEKCREAAAAAAADwPwoCCAAKECoOCgwKA3NrdRIFGgNBLTdAAUgEUAFYAXIUCAESA2FzaxgBIgVhc2svMSgBMAFyDQgCEgdjb25maXJtGAJ6HgoDYXNrEg9PcmRlciBpcyBsb2NrZWQYASABKAEwAYIBA2Fza4oBBwoDYXNrEAKKAQ8KC2NvbnN0cnVjdG9yEAGQAQKYAQKiAREKCG9yZGVyX2lkEgUaA0EtN6IBCQoDdmlwEgIgAagBAbIBEQoIZ2xvYmFsLzESBWd1YXJkugEFZ3JlZXQyYQoKaW5zdGFuY2UtMhIHYm9va2luZxgBIAIoAjILCIDiz6oGEMCNtwE6CwiA4s+qBhCAkvQBQgsIgOLPqgYQwJaxAkgGUAFaCmluc3RhbmNlLTFiBGRhdGVqBAgBEAKQAQE6PQoKaW5zdGFuY2UtMBIIZ3JlZXRpbmcYAiADKBAwAzoLCIDiz6oGEICb7gJCCwiA4s+qBhDAn6sDSgNieWVCGgoFZW1haWwSDxoNYUBleGFtcGxlLm9yZxgBQhAKCG9yZGVyX2lkEgIIABgDShgKCWNvbXBsYWludBEAAAAAAADoPxgPIAJSDAoGcmVmdW5kEAIYAVoOCgppbnN0YW5jZS0xEANiBnJlZnVuZGIHYm9va2luZ2oGCIDiz6oGcgsIgOLPqgYQgKToA3oGdHVybiAyiAEDogEQaGFzaCBvZiBhIHJlY29yZA==',
    ],
  ],
  'turn-revisions': [
    [['tenant/session%20%2F%20of%20%7Bone%7D', 'turn%201'], 'MQ=='],
    [['tenant/session%20%2F%20of%20%7Bone%7D', 'turn%202'], 'Mg=='],
  ],
  turns: [
    [
      ['tenant/session%20%2F%20of%20%7Bone%7D', 1],
      'Qni8/laAkABCeLz+VoCgAAAAAAYAAAAJdHVybiAxcmVxdWVzdCAxcmVzcG9uc2UgMQ==',
    ],
    [
      ['tenant/session%20%2F%20of%20%7Bone%7D', 2],
      'Qni8/laAsABCeLz+VoDAAAA3AAYAAAAJdHVybiAyMDAtMGFmNzY1MTkxNmNkNDNkZDg0NDhlYjIxMWM4MDMxOWMtYjdhZDZiNzE2OTIwMzMzMS0wMXJlcXVlc3QgMnJlc3BvbnNlIDI=',
    ],
  ],
};

/** All hashes in Redis: the fields by key, and the value of each field. */
export const recordedHashes: Readonly<Record<string, Readonly<Record<string, string>>>> = {
  'so:{tenant/agent%20%2F%20of%20%7Bone%7D}:catalogue': {
    'hash:refund': 'aGFzaCAy',
    'last:refund': 'Mg==',
    'newest:refund': 'Mg==',
    revision: 'Mw==',
  },
  'so:{tenant/agent%20%2F%20of%20%7Bone%7D}:relationships': {
    'DEPENDS_ON|RULE|rule%20%7C%20one|refund': 'CAEQARoKcnVsZSB8IG9uZSIGcmVmdW5kKQAAAAAAANA/',
  },
  'so:{tenant/agent%20%2F%20of%20%7Bone%7D}:scenarios': {
    refund:
      'MjoKpwMKBnJlZnVuZBIIUmVmdW5kIDIaDVJldHVybnMgbW9uZXkiEHdhbnRzIG1vbmV5IGJhY2sqB2JpbGxpbmcwATj7//////////8BQgNhc2tK5gEKA2FzaxIDQXNrGhJBc2tzIGZvciB0aGUgb3JkZXIiCG9yZGVyX2lkKAEyD09yZGVyIGlzIGxvY2tlZDgBQAFIAFIIb3JkZXJfaWRaGQoGbG9va3VwEAEaBmFtb3VudCIFbG9naW5iBnJlZnVuZGoFc29ycnlwAYABAYgBB5ABBJgBAaIBYAoFYXNrLzESB2NvbmZpcm0YAyACKgZyZWZ1bmQyEWRhdGEuYW1vdW50ID4gMS4wOgZhbW91bnRAAUAESghpcyBhbmdyeVUAAAA/VQAAgL5aBmFtb3VudGIHZ29lcyBvbloZCghvcmRlcl9pZBACGgtXaGljaCBvcmRlcmIIb3JkZXJfaWRqBHRydWVyBWZhbHNleAGAAQWIAQaSAQgIWhCAyrXuAZgBAqABAqgBArIBEgoLY29uc3RydWN0b3ISA2Fza7IBCgoDb2xkEgNhc2saBmhhc2ggMiILCIDiz6oGEMC6mQY=',
  },
  'so:{tenant/agent%20%2F%20of%20%7Bone%7D}:versions:refund': {
    '1': 'CqUDCgZyZWZ1bmQSBlJlZnVuZBoNUmV0dXJucyBtb25leSIQd2FudHMgbW9uZXkgYmFjayoHYmlsbGluZzABOPv//////////wFCA2Fza0rmAQoDYXNrEgNBc2saEkFza3MgZm9yIHRoZSBvcmRlciIIb3JkZXJfaWQoATIPT3JkZXIgaXMgbG9ja2VkOAFAAUgAUghvcmRlcl9pZFoZCgZsb29rdXAQARoGYW1vdW50IgVsb2dpbmIGcmVmdW5kagVzb3JyeXABgAEBiAEHkAEEmAEBogFgCgVhc2svMRIHY29uZmlybRgDIAIqBnJlZnVuZDIRZGF0YS5hbW91bnQgPiAxLjA6BmFtb3VudEABQARKCGlzIGFuZ3J5VQAAAD9VAACAvloGYW1vdW50Ygdnb2VzIG9uWhkKCG9yZGVyX2lkEAIaC1doaWNoIG9yZGVyYghvcmRlcl9pZGoEdHJ1ZXIFZmFsc2V4AYABBYgBBpIBCAhaEIDKte4BmAECoAECqAECsgESCgtjb25zdHJ1Y3RvchIDYXNrsgEKCgNvbGQSA2FzaxoEaGFzaCILCIDiz6oGEMC6mQY=',
    '2': 'CqcDCgZyZWZ1bmQSCFJlZnVuZCAyGg1SZXR1cm5zIG1vbmV5IhB3YW50cyBtb25leSBiYWNrKgdiaWxsaW5nMAE4+///////////AUIDYXNrSuYBCgNhc2sSA0FzaxoSQXNrcyBmb3IgdGhlIG9yZGVyIghvcmRlcl9pZCgBMg9PcmRlciBpcyBsb2NrZWQ4AUABSABSCG9yZGVyX2lkWhkKBmxvb2t1cBABGgZhbW91bnQiBWxvZ2luYgZyZWZ1bmRqBXNvcnJ5cAGAAQGIAQeQAQSYAQGiAWAKBWFzay8xEgdjb25maXJtGAMgAioGcmVmdW5kMhFkYXRhLmFtb3VudCA+IDEuMDoGYW1vdW50QAFABEoIaXMgYW5ncnlVAAAAP1UAAIC+WgZhbW91bnRiB2dvZXMgb25aGQoIb3JkZXJfaWQQAhoLV2hpY2ggb3JkZXJiCG9yZGVyX2lkagR0cnVlcgVmYWxzZXgBgAEFiAEGkgEICFoQgMq17gGYAQKgAQKoAQKyARIKC2NvbnN0cnVjdG9yEgNhc2uyAQoKA29sZBIDYXNrGgZoYXNoIDIiCwiA4s+qBhDAupkG',
  },
  'so:{tenant/session%20%2F%20of%20%7Bone%7D}:session': {
    r: 'Mg==',
    s: 'CgZ0ZW5hbnQSBWFnZW50GhJzZXNzaW9uIC8gb2Yge29uZX0gAigCMtICCgppbnN0YW5jZS0xEgZyZWZ1bmQYAyABKAEyCgiA4s+qBhDAhD06CgiA4s+qBhCAiXpiB2NvbmZpcm1qaQgCEAEYAhgDIghvcmRlcl9pZCgDMghvcmRlcl9pZDoTCgZhbW91bnQSCREAAAAAAAApQDosCgVsaW5lcxIjMiEKCREAAAAAAADwPwoCCAAKECoOCgwKA3NrdRIFGgNBLTdAAUgEUAFYAXIUCAESA2FzaxgBIgVhc2svMSgBMAFyDQgCEgdjb25maXJtGAJ6HgoDYXNrEg9PcmRlciBpcyBsb2NrZWQYASABKAEwAYIBA2Fza4oBBwoDYXNrEAKKAQ8KC2NvbnN0cnVjdG9yEAGQAQKYAQKiAREKCG9yZGVyX2lkEgUaA0EtN6IBCQoDdmlwEgIgAagBAbIBEQoIZ2xvYmFsLzESBWd1YXJkugEFZ3JlZXQyYQoKaW5zdGFuY2UtMhIHYm9va2luZxgBIAIoAjILCIDiz6oGEMCNtwE6CwiA4s+qBhCAkvQBQgsIgOLPqgYQwJaxAkgGUAFaCmluc3RhbmNlLTFiBGRhdGVqBAgBEAKQAQE6PQoKaW5zdGFuY2UtMBIIZ3JlZXRpbmcYAiADKBAwAzoLCIDiz6oGEICb7gJCCwiA4s+qBhDAn6sDSgNieWVCGgoFZW1haWwSDxoNYUBleGFtcGxlLm9yZxgBQhAKCG9yZGVyX2lkEgIIABgDShgKCWNvbXBsYWludBEAAAAAAADoPxgPIAJSDAoGcmVmdW5kEAIYAVoOCgppbnN0YW5jZS0xEANiBnJlZnVuZGIHYm9va2luZ2oGCIDiz6oGcgsIgOLPqgYQgKToA3oGdHVybiAyiAEDogEQaGFzaCBvZiBhIHJlY29yZA==',
    't:turn 1': 'MQ==',
    't:turn 2': 'Mg==',
  },
};

/** All streams in Redis: the entries by key, each with its id and its fields and values. */
export const recordedStreams: Readonly<Record<string, readonly (readonly [id: string, fields: readonly string[]])[]>> =
  {
    'so:{tenant/session%20%2F%20of%20%7Bone%7D}:turns': [
      [
        '1-0',
        [
          'dHVybg==',
          'dHVybiAx',
          'b2NjdXJyZWQ=',
          'MTcwMDAwMDAwMDAwOQ==',
          'Y29tbWl0dGVk',
          'MTcwMDAwMDAwMDAxMA==',
          'cmVxdWVzdA==',
          'cmVxdWVzdCAx',
          'cmVzcG9uc2U=',
          'cmVzcG9uc2UgMQ==',
        ],
      ],
      [
        '2-0',
        [
          'dHVybg==',
          'dHVybiAy',
          'b2NjdXJyZWQ=',
          'MTcwMDAwMDAwMDAxMQ==',
          'Y29tbWl0dGVk',
          'MTcwMDAwMDAwMDAxMg==',
          'cmVxdWVzdA==',
          'cmVxdWVzdCAy',
          'cmVzcG9uc2U=',
          'cmVzcG9uc2UgMg==',
          'dHJhY2U=',
          'MDAtMGFmNzY1MTkxNmNkNDNkZDg0NDhlYjIxMWM4MDMxOWMtYjdhZDZiNzE2OTIwMzMzMS0wMQ==',
        ],
      ],
    ],
  };
