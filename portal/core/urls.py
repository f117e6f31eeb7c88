"""Addresses of the ground floor."""

from django.urls import path

from portal.core.views import back, calendar, deliveries, health, jobs, messages, records

app_name = "core"
urlpatterns = [
    path("healthz", health.alive, name="healthz"),
    path("readyz", health.ready, name="readyz"),
    path("back/", back.back, name="back"),
    path("messages/", messages.messages, name="messages"),
    path("messages/read/", messages.messages_read, name="messages_read"),
    path("messages/<int:message_id>/", messages.message, name="message"),
    path("messages/ways/", messages.ways, name="ways"),
    path("deliveries/", deliveries.delivery_list, name="deliveries"),
    path("deliveries/resend/", deliveries.resend_many, name="deliveries_resend"),
    path("deliveries/<int:delivery_id>/resend/", deliveries.resend, name="delivery_resend"),
    path("jobs/", jobs.job_list, name="jobs"),
    path("jobs/<int:job_id>/", jobs.job, name="job"),
    path("jobs/<int:job_id>/card/", jobs.job_card, name="job_card"),
    path("jobs/<int:job_id>/cancel/", jobs.job_cancel, name="job_cancel"),
    path("jobs/<int:job_id>/file/", jobs.job_file, name="job_file"),
    path("records/", records.records, name="records"),
    path("records/verify/", records.trail_verify, name="trail_verify"),
    path("records/<int:record_id>/", records.record, name="record"),
    path("days/", calendar.days_page, name="days"),
    path("days/new/", calendar.day_add, name="day_add"),
    path("days/<int:day_id>/remove/", calendar.day_remove, name="day_remove"),
]
