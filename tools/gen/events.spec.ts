import { describe, expect, it } from 'vitest';
import { messageFields } from './events.js';

describe('the reader of event messages', () => {
  it('lists fields with their types', () => {
    const fields = messageFields(
      'message A {\n  // why\n  int64 user_id = 1;\n  repeated string tags = 2;\n}\n\nmessage B {\n  bool x = 1;\n}\n',
    );
    expect([...fields]).toEqual([
      ['A', ['user_id: int64', 'tags: repeated string']],
      ['B', ['x: bool']],
    ]);
  });
});
