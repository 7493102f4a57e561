import { describe, expect, it } from 'vitest';
import { parseDdl } from './ddl.js';

const SQL = `-- Every table.

CREATE DATABASE IF NOT EXISTS \`doul_video\` CHARACTER SET utf8mb4;
USE \`doul_video\`;

CREATE TABLE \`videos\` (
  \`id\` bigint(20) NOT NULL AUTO_INCREMENT,
  \`state\` enum('uploaded','published') NOT NULL DEFAULT 'uploaded' COMMENT 'the author''s view',
  PRIMARY KEY (\`id\`),
  UNIQUE KEY \`feed\` (\`state\`,\`id\`)
) ENGINE=InnoDB DEFAULT CHARSET=utf8mb4 COMMENT='every video';
`;

describe('the reader of ddl.sql', () => {
  it('finds tables with their schema, columns, indexes and comments', () => {
    expect(parseDdl(SQL)).toEqual([
      {
        schema: 'doul_video',
        name: 'videos',
        comment: 'every video',
        columns: [
          { name: 'id', type: 'bigint(20) NOT NULL AUTO_INCREMENT', comment: '' },
          { name: 'state', type: "enum('uploaded','published') NOT NULL DEFAULT 'uploaded'", comment: "the author's view" },
        ],
        indexes: ['PRIMARY KEY (`id`)', 'UNIQUE KEY `feed` (`state`,`id`)'],
      },
    ]);
  });
});
