"""Addresses of entries."""

from django.urls import path

from programs.views import bulk, edits, entries, filling, find, moves, papers, ranking, review, slate, uploads

urlpatterns: list = [
    path("find/", find.find, name="find"),
    path("inbox/", entries.inbox, name="inbox"),
    path("entries/", entries.entry_list, name="entries"),
    path("entries/bulk/", bulk.bulk_entries, name="bulk_entries"),
    path("inbox/bulk/", bulk.bulk_inbox, name="bulk_inbox"),
    path("bulk/<int:run_id>/", bulk.bulk, name="bulk"),
    path("bulk/<int:run_id>/job/", bulk.bulk_job, name="bulk_job"),
    path("bulk/<int:run_id>/weigh/", bulk.bulk_weigh, name="bulk_weigh"),
    path("bulk/<int:run_id>/start/", bulk.bulk_start, name="bulk_start"),
    path("bulk/<int:run_id>/resume/", bulk.bulk_resume, name="bulk_resume"),
    path("bulk/<int:run_id>/undo/", bulk.bulk_undo, name="bulk_undo"),
    path("calls/<int:call_id>/entries/new/", entries.entry_new, name="entry_new"),
    path("entries/<int:entry_id>/", review.entry, name="entry"),
    path("entries/<int:entry_id>/revisions/<int:revision>/", review.entry_revision, name="entry_revision"),
    path("entries/<int:entry_id>/edit/", filling.entry_edit, name="entry_edit"),
    path("entries/<int:entry_id>/edits/", edits.entry_edits, name="entry_edits"),
    path("entries/<int:entry_id>/rules/", filling.entry_rules, name="entry_rules"),
    path("entries/<int:entry_id>/files/", uploads.entry_files, name="entry_files"),
    path("entries/<int:entry_id>/files/<int:attachment_id>/", uploads.attachment, name="attachment"),
    path(
        "entries/<int:entry_id>/files/<int:attachment_id>/remove/", uploads.attachment_remove, name="attachment_remove"
    ),
    path("entries/<int:entry_id>/move/<slug:move>/", moves.entry_move, name="entry_move"),
    path("entries/<int:entry_id>/form.pdf", papers.entry_pdf, name="entry_pdf"),
    path("entries/<int:entry_id>/form.docx", papers.entry_docx, name="entry_docx"),
    path("calls/<int:call_id>/order/", ranking.order, name="order"),
    path("calls/<int:call_id>/slate/", slate.slate, name="slate"),
]
