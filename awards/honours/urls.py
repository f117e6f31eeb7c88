"""Addresses."""

from django.urls import path

from awards.honours.views import certificates, register

app_name = "honours"
urlpatterns = [
    path("", register.honours, name="honours"),
    path("<int:honour_id>/", register.honour, name="honour"),
    path("<int:honour_id>/revoke/", register.revoke, name="revoke"),
    path("<int:honour_id>/certificate.pdf", certificates.certificate_pdf, name="certificate_pdf"),
    path("calls/<int:call_id>/certificates/", certificates.certificates, name="certificates"),
    path("calls/<int:call_id>/certificates/start/", certificates.start, name="certificates_start"),
    path("calls/<int:call_id>/certificates/sample.pdf", certificates.sample_pdf, name="certificate_sample"),
    path("batches/<int:batch_id>/retry/", certificates.retry, name="batch_retry"),
    path("batches/<int:batch_id>/certificates.pdf", certificates.batch_pdf, name="batch_pdf"),
]
