-- The monitoring view of the requirements; its first nine columns keep their names, order and meaning.
-- New columns follow, so that an existing view of this name is replaced without being dropped.
CREATE OR REPLACE VIEW batch_processing_status AS
SELECT
  pb.id,
  pb.batch_name,
  pb.total_items,
  pb.processed_items,
  pb.failed_items,
  pb.status,
  pb.started_at,
  COALESCE(ROUND(pb.processed_items::numeric / NULLIF(pb.total_items, 0) * 100, 2), 0.00) AS progress_percentage,
  (SELECT COUNT(*) FROM file_document fd WHERE fd.batch_id = pb.id) AS documents_in_batch,
  pb.processed_items + pb.failed_items + pb.skipped_items + pb.cancelled_items AS finished_items,
  COALESCE(
    ROUND(
      (pb.processed_items + pb.failed_items + pb.skipped_items + pb.cancelled_items)::numeric
        / NULLIF(pb.total_items, 0) * 100, 2),
    0.00) AS finished_percentage
FROM processing_batches pb;
