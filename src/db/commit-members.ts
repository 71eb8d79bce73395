/**
 * Documents inside those that are written become items after the last chunk, once per batch. Those that `skip` left out,
 * or that another batch holds, do not. The numbers of chunks may be given twice by two commits at once, or by planning:
 * such a chunk is larger, and what came too late for its claim is found when the batch is counted.
 */
export const MEMBERS = `members AS MATERIALIZED (
  SELECT DISTINCT ON (k.uri) k.uri, k.name, k.mime_type, k.size_bytes, p.id AS parent_id, p.source_root, p.priority, p.group_name,
    COALESCE(p.container_uri, p.uri) AS container_uri, COALESCE(p.member_path, '{}') || k.path AS member_path, i.position, k.nth
  FROM changed c JOIN input n ON n.document_id = c.document_id
  JOIN file_document p ON p.id = c.document_id
  JOIN batch_items i ON i.batch_id = $1 AND i.document_id = c.document_id
  CROSS JOIN LATERAL (SELECT e.value->>'uri' AS uri, e.value->>'name' AS name, e.value->>'path' AS path, e.value->>'mimeType' AS mime_type,
    (e.value->>'sizeBytes')::bigint AS size_bytes, e.nth FROM jsonb_array_elements(n.children) WITH ORDINALITY AS e(value, nth)) k
  WHERE c.state <> 'pending' AND n.children IS NOT NULL
  ORDER BY k.uri
), new_members AS (
  INSERT INTO file_document (uri, name, mime_type, size_bytes, source_root, priority, group_name, parent_id, container_uri, member_path, batch_id)
  SELECT uri, name, mime_type, size_bytes, source_root, priority, group_name, parent_id, container_uri, member_path, $1 FROM members
  ON CONFLICT (uri) DO NOTHING RETURNING id, uri
), member_items AS (
  INSERT INTO batch_items (batch_id, document_id, chunk_no, position, priority, recipe_id)
  SELECT $1, m.id, b.last_chunk_no + 1 + ((row_number() OVER (ORDER BY m.position, m.nth) - 1) / (b.settings->>'batchSize')::int)::int,
    m.position, COALESCE(m.priority, 3), b.recipe_id
  FROM (SELECT m.*, COALESCE(n.id, (SELECT d.id FROM file_document d WHERE d.uri = m.uri AND d.parent_id IS NOT NULL AND d.status <> 'skipped')) AS id
        FROM members m LEFT JOIN new_members n ON n.uri = m.uri) m JOIN processing_batches b ON b.id = $1
  WHERE m.id IS NOT NULL
  ON CONFLICT DO NOTHING RETURNING document_id, chunk_no
), owned AS (
  UPDATE file_document d SET batch_id = $1, status = 'pending' FROM member_items i WHERE d.id = i.document_id
)`;
