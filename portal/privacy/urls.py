"""Addresses of people's data."""

from django.urls import path

from portal.privacy.views import exports, mine, retention, wishes

app_name = "privacy"
urlpatterns = [
    path("exports/", exports.exports, name="exports"),
    path("exports/ask/", exports.export_ask, name="export_ask"),
    path("exports/<int:export_id>/", exports.export, name="export"),
    path("exports/<int:export_id>/approve/", exports.export_approve, name="export_approve"),
    path("exports/<int:export_id>/refuse/", exports.export_refuse, name="export_refuse"),
    path("exports/<int:export_id>/file/", exports.export_file, name="export_file"),
    path("my-data/", mine.my_data, name="my_data"),
    path("my-data/copy/", mine.my_copy, name="my_copy"),
    path("my-data/consent/<slug:purpose>/", mine.my_consent, name="my_consent"),
    path("my-data/wish/<slug:kind>/", mine.my_wish, name="my_wish"),
    path("wishes/", wishes.wishes, name="wishes"),
    path("wishes/<int:wish_id>/", wishes.wish, name="wish"),
    path("wishes/<int:wish_id>/answer/", wishes.wish_answer, name="wish_answer"),
    path("consents/", wishes.consent_texts, name="consent_texts"),
    path("consents/<slug:purpose>/", wishes.consent_publish, name="consent_publish"),
    path("retention/", retention.retention, name="retention"),
    path("retention/<slug:rule_key>/", retention.retention_set, name="retention_set"),
]
