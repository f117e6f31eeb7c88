"""Addresses of the registry."""

from django.urls import path

from portal.registry.views import changes, dossier, duplicates, figures, imports, members, organizations

app_name = "registry"
urlpatterns = [
    path("organizations/", organizations.home, name="home"),
    path("organizations/list/", organizations.organizations, name="organizations"),
    path("organizations/find/", organizations.find, name="find"),
    path("organizations/new/", changes.organization_new, name="organization_new"),
    path("organizations/<int:organization_id>/", organizations.organization, name="organization"),
    path("organizations/<int:organization_id>/branch/", organizations.branch, name="branch"),
    path("organizations/<int:organization_id>/edit/", organizations.organization_edit, name="organization_edit"),
    path("organizations/<int:organization_id>/dossier/", dossier.organization_dossier, name="organization_dossier"),
    path(
        "organizations/<int:organization_id>/dossier.pdf",
        dossier.organization_dossier_pdf,
        name="organization_dossier_pdf",
    ),
    path("members/<int:member_id>/dossier/", dossier.member_dossier, name="member_dossier"),
    path("members/<int:member_id>/dossier.pdf", dossier.member_dossier_pdf, name="member_dossier_pdf"),
    path("organizations/<int:organization_id>/figures/", figures.organization_figures, name="organization_figures"),
    path("planned/<int:planned_id>/drop/", changes.planned_drop, name="planned_drop"),
    path("organizations/<int:organization_id>/history/", changes.organization_history, name="organization_history"),
    path(
        "organizations/<int:organization_id>/change/<slug:change>/",
        changes.organization_change,
        name="organization_change",
    ),
    path("members/", members.members, name="members"),
    path("members/add/", members.member_add, name="member_add"),
    path("members/find/", members.member_find, name="member_find"),
    path("members/<int:member_id>/", members.member, name="member"),
    path("members/<int:member_id>/edit/", members.member_edit, name="member_edit"),
    path("members/<int:member_id>/transfer/", members.member_transfer, name="member_transfer"),
    path("members/<int:member_id>/end/", members.member_end, name="member_end"),
    path("members/<int:member_id>/plain/<slug:field>/", members.member_plain, name="member_plain"),
    path("members/<int:member_id>/alike/", duplicates.member_alike, name="member_alike"),
    path("duplicates/undo/<int:merge_id>/", duplicates.merge_undo, name="merge_undo"),
    path("duplicates/", duplicates.duplicates, name="duplicates"),
    path("duplicates/find/", duplicates.duplicates_find, name="duplicates_find"),
    path("duplicates/<int:pair_id>/", duplicates.duplicate, name="duplicate"),
    path("duplicates/<int:pair_id>/apart/", duplicates.duplicate_apart, name="duplicate_apart"),
    path("imports/", imports.import_list, name="imports"),
    path("imports/new/", imports.import_new, name="import_new"),
    path("imports/template/", imports.import_template, name="import_template"),
    path("imports/<int:import_id>/", imports.import_detail, name="import"),
    path("imports/<int:import_id>/job/", imports.import_job, name="import_job"),
    path("imports/<int:import_id>/stop/", imports.import_stop, name="import_stop"),
    path("imports/<int:import_id>/decide/", imports.import_decide, name="import_decide"),
    path("imports/<int:import_id>/commit/", imports.import_commit, name="import_commit"),
    path("imports/<int:import_id>/again/", imports.import_again, name="import_again"),
    path("imports/<int:import_id>/mean/", imports.import_mean, name="import_mean"),
    path("imports/<int:import_id>/drop/", imports.import_drop, name="import_drop"),
    path("imports/<int:import_id>/undo/", imports.import_undo, name="import_undo"),
    path("imports/<int:import_id>/result/", imports.import_result, name="import_result"),
]
