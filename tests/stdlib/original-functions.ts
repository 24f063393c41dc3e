/**
 * The functions of the modules of 0.4.4, which scripts written for it call: those of the module, and
 * those of its clients (or of what else `client` gave).
 */
export const ORIGINAL: Readonly<Record<string, { module?: string; client?: string }>> = {
  alertmanager: {
    module: `alerts post_alerts alert_groups silences silence create_silence delete_silence status receivers is_firing silence_alert active_count`,
  },
  argocd: {
    module: `client`,
    client: `applications application app_health sync refresh rollback app_resources app_manifests delete_app projects project repositories repository clusters cluster settings version is_healthy is_synced wait_healthy wait_synced`,
  },
  certmanager: {
    module: `client`,
    client: `certificates certificate certificate_status is_certificate_ready wait_certificate_ready issuers issuer is_issuer_ready cluster_issuers cluster_issuer is_cluster_issuer_ready certificate_requests certificate_request is_request_approved orders order challenges challenge all_certificates_ready all_issuers_ready`,
  },
  crossplane: {
    module: `client`,
    client: `providers provider is_provider_healthy is_provider_installed provider_status provider_revisions provider_revision configurations configuration is_configuration_healthy is_configuration_installed functions xfunction is_function_healthy xrds xrd is_xrd_established compositions composition managed_resource is_managed_ready managed_resources all_providers_healthy all_xrds_established`,
  },
  dex: {
    module: `discovery jwks issuer health ready has_endpoint supported_scopes supported_response_types supported_grant_types supports_scope supports_grant_type validate_config admin_version`,
  },
  eso: {
    module: `client`,
    client: `external_secrets external_secret external_secret_status is_secret_synced wait_secret_synced secret_stores secret_store secret_store_status is_store_ready cluster_secret_stores cluster_secret_store is_cluster_store_ready cluster_external_secrets cluster_external_secret all_secrets_synced all_stores_ready`,
  },
  flux: {
    module: `client`,
    client: `git_repositories git_repository is_git_repo_ready helm_repositories helm_repository is_helm_repo_ready helm_charts oci_repositories kustomizations kustomization is_kustomization_ready kustomization_status helm_releases helm_release is_helm_release_ready helm_release_status alerts providers_list receivers image_policies all_sources_ready all_kustomizations_ready all_helm_releases_ready`,
  },
  grafana: {
    module: `client`,
    client: `health datasources datasource search dashboard annotations create_annotation org alert_rules folders`,
  },
  harbor: {
    module: `client`,
    client: `health system_info statistics projects project repositories repository artifacts artifact artifact_tags scan_artifact artifact_vulnerabilities replication_policies replication_executions is_healthy image_exists latest_artifact`,
  },
  healthcheck: {
    module: `http json_path status_code body_contains endpoint multi wait`,
  },
  k8s: {
    module: `get post put patch delete get_resource list create update patch_resource delete_resource exists namespace_exists list_pods list_events events_for get_secret get_configmap service_endpoints logs pod_status rollout_status node_status is_ready wait_ready register_crd _resource_path _list_path`,
  },
  kargo: {
    module: `client`,
    client: `stages stage stage_status is_stage_healthy wait_stage_healthy freight_list freight freight_status promotions promotion promotion_status promote warehouses warehouse projects project pipeline_status`,
  },
  loki: {
    module: `client selector`,
    client: `push query query_range labels label_values series tail ready metrics`,
  },
  openbao: {
    module: `client wait authenticated_client ensure_credentials assert_secret`,
    client: `read write delete list kv_get kv_put kv_delete kv_list kv_metadata health seal_status is_sealed is_initialized policy_get policy_put policy_delete policy_list auth_enable auth_disable auth_list auth_config auth_create_role auth_read_role auth_list_roles engine_enable engine_disable engine_list engine_tune token_create token_lookup token_lookup_self token_revoke token_revoke_self transit_encrypt transit_decrypt transit_create_key transit_list_keys pki_issue pki_ca_cert pki_create_role`,
  },
  postgres: {
    module: `client client_from_vault _quote_ident _quote_literal`,
    client: `query execute close user_exists ensure_user database_exists ensure_database grant`,
  },
  prometheus: {
    module: `query query_range alerts targets rules label_values series targets_metadata config_reload`,
  },
  s3: {
    module: `client`,
    client: `create_bucket delete_bucket list_buckets bucket_exists put_object get_object head_object delete_object copy_object list_objects`,
  },
  temporal: {
    module: `client`,
    client: `health system_info namespaces namespace workflows search workflow workflow_history signal_workflow terminate_workflow cancel_workflow task_queue schedules schedule is_workflow_running wait_workflow_complete`,
  },
  traefik: {
    module: `overview version entrypoints entrypoint http_routers http_router http_services http_service http_middlewares http_middleware tcp_routers tcp_services rawdata is_router_enabled router_has_tls service_server_count healthy_routers`,
  },
  unleash: {
    module: `client wait ensure_project ensure_environment ensure_token`,
    client: `health projects project create_project update_project delete_project environments enable_environment disable_environment features feature create_feature update_feature archive_feature toggle_on toggle_off strategies add_strategy tokens create_token delete_token`,
  },
  vault: {
    module: `client wait authenticated_client ensure_credentials assert_secret`,
    client: `read write delete list kv_get kv_put kv_delete kv_list kv_metadata health seal_status is_sealed is_initialized policy_get policy_put policy_delete policy_list auth_enable auth_disable auth_list auth_config auth_create_role auth_read_role auth_list_roles engine_enable engine_disable engine_list engine_tune token_create token_lookup token_lookup_self token_revoke token_revoke_self transit_encrypt transit_decrypt transit_create_key transit_list_keys pki_issue pki_ca_cert pki_create_role`,
  },
  velero: {
    module: `client`,
    client: `backups backup backup_status is_backup_completed is_backup_failed latest_backup restores restore restore_status is_restore_completed schedules schedule schedule_status is_schedule_enabled backup_storage_locations backup_storage_location is_bsl_available volume_snapshot_locations volume_snapshot_location backup_repositories backup_repository all_schedules_enabled all_bsl_available`,
  },
  zitadel: {
    module: `client`,
    client: `ensure_primary_domain find_project create_project ensure_project find_app create_oidc_app ensure_oidc_app find_idp ensure_google_idp ensure_oidc_idp add_idp_to_login_policy search_users update_user_email get_login_policy update_login_policy disable_password_login`,
  },
};
