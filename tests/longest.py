"""The files of tests that take longest, some 10 s and more, the longest first.

Processes that share the tests take a file at a time, and these before all others (conftest.py): who
took one last would work on long after the rest had ended.
"""

LONGEST = (
    "web/test_life.py",
    "web/api/test_openapi.py",
    "jobs/test_chaos.py",
    "cli/test_users.py",
    "cli/test_put.py",
    "stores/test_s3_contract.py",
    "web/api/test_sign_in_http.py",
    "test_run.py",
    "vhost/test_vhost_service.py",
    "browser/test_bad_pages.py",
    "cli/test_jobs.py",
    "cli/test_keys.py",
    "s3/test_download.py",
    "s3/test_transfer_batch.py",
    "s3/test_transfer.py",
    "flickr/backup/test_running.py",
    "web/api/test_jobs_http.py",
    "web/api/test_originals_http.py",
    "web/api/test_renditions_http.py",
    "catalog/test_search.py",
    "processor/test_accuracy.py",
    "uploads/test_direct_http.py",
    "uploads/test_s3_uploads.py",
    "renditions/test_renditions.py",
)
