// Types of Envoy's messages as JSON: snake_case names, scalars for wrappers, '@type' for Any.
// Written by `npm run types` from the descriptor beside it; do not edit.
import type { ORIGIN, Origin } from '../src/model/origin.ts'

/** Where the object was written; never encoded. */
type Traced = { [ORIGIN]?: Origin | undefined }
/** At most one of the fields of T. */
type OneOf<T> = {
  [K in keyof T]: { [P in K]?: T[P] | undefined } & { [P in Exclude<keyof T, K>]?: undefined }
}[keyof T]

/** Seconds with up to nine decimals: `'1.5s'`. */
export type Duration = `${number}s`
/** RFC 3339: `'2026-01-02T03:04:05Z'`. */
export type Timestamp = string
/** Base64. */
export type Bytes = string
export type Int64 = number | string
export type Json = null | boolean | number | string | readonly Json[] | Struct
export type Struct = { [key: string]: Json | undefined }
/** Any of the fields of T, for a part to spread into one: a spread of oneofs would multiply their unions. */
export type Fields<T> = Partial<Pick<T, keyof T>>
/** A message of any type: `'@type'` is `type.googleapis.com/` and the full name, beside its fields. */
export type Any = Traced & { '@type': string; [field: string]: unknown }
/** An Any known to hold the message with this full name. */
export type Typed<N extends keyof Messages> = { '@type': `type.googleapis.com/${N}` } & Messages[N]

/** cel.expr.CheckedExpr */
export type CelCheckedExpr = Traced & {
  reference_map?: { [key: string]: CelReference } | undefined
  type_map?: { [key: string]: CelType } | undefined
  source_info?: CelSourceInfo | undefined
  expr_version?: string | undefined
  expr?: CelExpr | undefined
}

/** cel.expr.Constant */
export type CelConstant = Traced & OneOf<{
  null_value: null
  bool_value: boolean
  int64_value: Int64
  uint64_value: Int64
  double_value: number
  string_value: string
  bytes_value: Bytes
}>

/** cel.expr.Decl */
export type CelDecl = Traced & {
  name?: string | undefined
} & OneOf<{
  ident: CelDecl_IdentDecl
  function: CelDecl_FunctionDecl
}>

/** cel.expr.Decl.FunctionDecl */
export type CelDecl_FunctionDecl = Traced & {
  overloads?: readonly CelDecl_FunctionDecl_Overload[] | undefined
  doc?: string | undefined
}

/** cel.expr.Decl.FunctionDecl.Overload */
export type CelDecl_FunctionDecl_Overload = Traced & {
  overload_id?: string | undefined
  params?: readonly CelType[] | undefined
  type_params?: readonly string[] | undefined
  result_type?: CelType | undefined
  is_instance_function?: boolean | undefined
  doc?: string | undefined
}

/** cel.expr.Decl.IdentDecl */
export type CelDecl_IdentDecl = Traced & {
  type?: CelType | undefined
  value?: CelConstant | undefined
  doc?: string | undefined
}

/** cel.expr.EnumValue */
export type CelEnumValue = Traced & {
  type?: string | undefined
  value?: number | undefined
}

/** cel.expr.ErrorSet */
export type CelErrorSet = Traced & {
  errors?: readonly CelStatus[] | undefined
}

/** cel.expr.EvalState */
export type CelEvalState = Traced & {
  values?: readonly CelExprValue[] | undefined
  results?: readonly CelEvalState_Result[] | undefined
}

/** cel.expr.EvalState.Result */
export type CelEvalState_Result = Traced & {
  expr?: Int64 | undefined
  value?: Int64 | undefined
}

/** cel.expr.Explain */
export type CelExplain = Traced & {
  values?: readonly CelValue[] | undefined
  expr_steps?: readonly CelExplain_ExprStep[] | undefined
}

/** cel.expr.Explain.ExprStep */
export type CelExplain_ExprStep = Traced & {
  id?: Int64 | undefined
  value_index?: number | undefined
}

/** cel.expr.Expr */
export type CelExpr = Traced & {
  id?: Int64 | undefined
} & OneOf<{
  const_expr: CelConstant
  ident_expr: CelExpr_Ident
  select_expr: CelExpr_Select
  call_expr: CelExpr_Call
  list_expr: CelExpr_CreateList
  struct_expr: CelExpr_CreateStruct
  comprehension_expr: CelExpr_Comprehension
}>

/** cel.expr.Expr.Call */
export type CelExpr_Call = Traced & {
  target?: CelExpr | undefined
  function?: string | undefined
  args?: readonly CelExpr[] | undefined
}

/** cel.expr.Expr.Comprehension */
export type CelExpr_Comprehension = Traced & {
  iter_var?: string | undefined
  iter_var2?: string | undefined
  iter_range?: CelExpr | undefined
  accu_var?: string | undefined
  accu_init?: CelExpr | undefined
  loop_condition?: CelExpr | undefined
  loop_step?: CelExpr | undefined
  result?: CelExpr | undefined
}

/** cel.expr.Expr.CreateList */
export type CelExpr_CreateList = Traced & {
  elements?: readonly CelExpr[] | undefined
  optional_indices?: readonly number[] | undefined
}

/** cel.expr.Expr.CreateStruct */
export type CelExpr_CreateStruct = Traced & {
  message_name?: string | undefined
  entries?: readonly CelExpr_CreateStruct_Entry[] | undefined
}

/** cel.expr.Expr.CreateStruct.Entry */
export type CelExpr_CreateStruct_Entry = Traced & {
  id?: Int64 | undefined
  value?: CelExpr | undefined
  optional_entry?: boolean | undefined
} & OneOf<{
  field_key: string
  map_key: CelExpr
}>

/** cel.expr.Expr.Ident */
export type CelExpr_Ident = Traced & {
  name?: string | undefined
}

/** cel.expr.Expr.Select */
export type CelExpr_Select = Traced & {
  operand?: CelExpr | undefined
  field?: string | undefined
  test_only?: boolean | undefined
}

/** cel.expr.ExprValue */
export type CelExprValue = Traced & OneOf<{
  value: CelValue
  error: CelErrorSet
  unknown: CelUnknownSet
}>

/** cel.expr.ListValue */
export type CelListValue = Traced & {
  values?: readonly CelValue[] | undefined
}

/** cel.expr.MapValue */
export type CelMapValue = Traced & {
  entries?: readonly CelMapValue_Entry[] | undefined
}

/** cel.expr.MapValue.Entry */
export type CelMapValue_Entry = Traced & {
  key?: CelValue | undefined
  value?: CelValue | undefined
}

/** cel.expr.ParsedExpr */
export type CelParsedExpr = Traced & {
  expr?: CelExpr | undefined
  source_info?: CelSourceInfo | undefined
}

/** cel.expr.Reference */
export type CelReference = Traced & {
  name?: string | undefined
  overload_id?: readonly string[] | undefined
  value?: CelConstant | undefined
}

/** cel.expr.SourceInfo */
export type CelSourceInfo = Traced & {
  syntax_version?: string | undefined
  location?: string | undefined
  line_offsets?: readonly number[] | undefined
  positions?: { [key: string]: number } | undefined
  macro_calls?: { [key: string]: CelExpr } | undefined
  extensions?: readonly CelSourceInfo_Extension[] | undefined
}

/** cel.expr.SourceInfo.Extension */
export type CelSourceInfo_Extension = Traced & {
  id?: string | undefined
  affected_components?: readonly CelSourceInfo_Extension_Component[] | undefined
  version?: CelSourceInfo_Extension_Version | undefined
}

/** cel.expr.SourceInfo.Extension.Version */
export type CelSourceInfo_Extension_Version = Traced & {
  major?: Int64 | undefined
  minor?: Int64 | undefined
}

/** cel.expr.Status */
export type CelStatus = Traced & {
  code?: number | undefined
  message?: string | undefined
  details?: readonly Any[] | undefined
}

/** cel.expr.Type */
export type CelType = Traced & OneOf<{
  dyn: Record<string, never>
  null: null
  primitive: CelType_PrimitiveType
  wrapper: CelType_PrimitiveType
  well_known: CelType_WellKnownType
  list_type: CelType_ListType
  map_type: CelType_MapType
  function: CelType_FunctionType
  message_type: string
  type_param: string
  type: CelType
  error: Record<string, never>
  abstract_type: CelType_AbstractType
}>

/** cel.expr.Type.AbstractType */
export type CelType_AbstractType = Traced & {
  name?: string | undefined
  parameter_types?: readonly CelType[] | undefined
}

/** cel.expr.Type.FunctionType */
export type CelType_FunctionType = Traced & {
  result_type?: CelType | undefined
  arg_types?: readonly CelType[] | undefined
}

/** cel.expr.Type.ListType */
export type CelType_ListType = Traced & {
  elem_type?: CelType | undefined
}

/** cel.expr.Type.MapType */
export type CelType_MapType = Traced & {
  key_type?: CelType | undefined
  value_type?: CelType | undefined
}

/** cel.expr.UnknownSet */
export type CelUnknownSet = Traced & {
  exprs?: readonly Int64[] | undefined
}

/** cel.expr.Value */
export type CelValue = Traced & OneOf<{
  null_value: null
  bool_value: boolean
  int64_value: Int64
  uint64_value: Int64
  double_value: number
  string_value: string
  bytes_value: Bytes
  enum_value: CelEnumValue
  object_value: Any
  map_value: CelMapValue
  list_value: CelListValue
  type_value: string
}>

/** envoy.admin.v3.BootstrapConfigDump */
export type BootstrapConfigDump = Traced & {
  bootstrap?: Bootstrap | undefined
  last_updated?: Timestamp | undefined
}

/** envoy.admin.v3.Certificate */
export type Certificate = Traced & {
  ca_cert?: readonly CertificateDetails[] | undefined
  cert_chain?: readonly CertificateDetails[] | undefined
}

/** envoy.admin.v3.CertificateDetails */
export type CertificateDetails = Traced & {
  path?: string | undefined
  serial_number?: string | undefined
  subject_alt_names?: readonly SubjectAlternateName[] | undefined
  days_until_expiration?: Int64 | undefined
  valid_from?: Timestamp | undefined
  expiration_time?: Timestamp | undefined
  ocsp_details?: CertificateDetails_OcspDetails | undefined
}

/** envoy.admin.v3.CertificateDetails.OcspDetails */
export type CertificateDetails_OcspDetails = Traced & {
  valid_from?: Timestamp | undefined
  expiration?: Timestamp | undefined
}

/** envoy.admin.v3.Certificates */
export type Certificates = Traced & {
  certificates?: readonly Certificate[] | undefined
}

/** envoy.admin.v3.ClusterStatus */
export type ClusterStatus = Traced & {
  name?: string | undefined
  added_via_api?: boolean | undefined
  success_rate_ejection_threshold?: Percent | undefined
  host_statuses?: readonly HostStatus[] | undefined
  local_origin_success_rate_ejection_threshold?: Percent | undefined
  circuit_breakers?: CircuitBreakers | undefined
  observability_name?: string | undefined
  eds_service_name?: string | undefined
}

/** envoy.admin.v3.Clusters */
export type Clusters = Traced & {
  cluster_statuses?: readonly ClusterStatus[] | undefined
}

/** envoy.admin.v3.ClustersConfigDump */
export type ClustersConfigDump = Traced & {
  version_info?: string | undefined
  static_clusters?: readonly ClustersConfigDump_StaticCluster[] | undefined
  dynamic_active_clusters?: readonly ClustersConfigDump_DynamicCluster[] | undefined
  dynamic_warming_clusters?: readonly ClustersConfigDump_DynamicCluster[] | undefined
}

/** envoy.admin.v3.ClustersConfigDump.DynamicCluster */
export type ClustersConfigDump_DynamicCluster = Traced & {
  version_info?: string | undefined
  cluster?: Any | undefined
  last_updated?: Timestamp | undefined
  error_state?: UpdateFailureState | undefined
  client_status?: ClientResourceStatus | undefined
}

/** envoy.admin.v3.ClustersConfigDump.StaticCluster */
export type ClustersConfigDump_StaticCluster = Traced & {
  cluster?: Any | undefined
  last_updated?: Timestamp | undefined
}

/** envoy.admin.v3.CommandLineOptions */
export type CommandLineOptions = Traced & {
  base_id?: Int64 | undefined
  use_dynamic_base_id?: boolean | undefined
  skip_hot_restart_on_no_parent?: boolean | undefined
  skip_hot_restart_parent_stats?: boolean | undefined
  base_id_path?: string | undefined
  concurrency?: number | undefined
  config_path?: string | undefined
  config_yaml?: string | undefined
  allow_unknown_static_fields?: boolean | undefined
  reject_unknown_dynamic_fields?: boolean | undefined
  ignore_unknown_dynamic_fields?: boolean | undefined
  skip_deprecated_logs?: boolean | undefined
  admin_address_path?: string | undefined
  local_address_ip_version?: CommandLineOptions_IpVersion | undefined
  log_level?: string | undefined
  component_log_level?: string | undefined
  log_format?: string | undefined
  log_format_escaped?: boolean | undefined
  log_path?: string | undefined
  service_cluster?: string | undefined
  service_node?: string | undefined
  service_zone?: string | undefined
  file_flush_interval?: Duration | undefined
  file_flush_min_size?: number | undefined
  drain_time?: Duration | undefined
  drain_strategy?: CommandLineOptions_DrainStrategy | undefined
  parent_shutdown_time?: Duration | undefined
  mode?: CommandLineOptions_Mode | undefined
  disable_hot_restart?: boolean | undefined
  enable_mutex_tracing?: boolean | undefined
  restart_epoch?: number | undefined
  cpuset_threads?: boolean | undefined
  disabled_extensions?: readonly string[] | undefined
  enable_fine_grain_logging?: boolean | undefined
  log_stacktrace_single_entry?: boolean | undefined
  socket_path?: string | undefined
  socket_mode?: number | undefined
  enable_core_dump?: boolean | undefined
  stats_tag?: readonly string[] | undefined
}

/** envoy.admin.v3.ConfigDump */
export type ConfigDump = Traced & {
  configs?: readonly Any[] | undefined
}

/** envoy.admin.v3.EcdsConfigDump */
export type EcdsConfigDump = Traced & {
  ecds_filters?: readonly EcdsConfigDump_EcdsFilterConfig[] | undefined
}

/** envoy.admin.v3.EcdsConfigDump.EcdsFilterConfig */
export type EcdsConfigDump_EcdsFilterConfig = Traced & {
  version_info?: string | undefined
  ecds_filter?: Any | undefined
  last_updated?: Timestamp | undefined
  error_state?: UpdateFailureState | undefined
  client_status?: ClientResourceStatus | undefined
}

/** envoy.admin.v3.EndpointsConfigDump */
export type EndpointsConfigDump = Traced & {
  static_endpoint_configs?: readonly EndpointsConfigDump_StaticEndpointConfig[] | undefined
  dynamic_endpoint_configs?: readonly EndpointsConfigDump_DynamicEndpointConfig[] | undefined
}

/** envoy.admin.v3.EndpointsConfigDump.DynamicEndpointConfig */
export type EndpointsConfigDump_DynamicEndpointConfig = Traced & {
  version_info?: string | undefined
  endpoint_config?: Any | undefined
  last_updated?: Timestamp | undefined
  error_state?: UpdateFailureState | undefined
  client_status?: ClientResourceStatus | undefined
}

/** envoy.admin.v3.EndpointsConfigDump.StaticEndpointConfig */
export type EndpointsConfigDump_StaticEndpointConfig = Traced & {
  endpoint_config?: Any | undefined
  last_updated?: Timestamp | undefined
}

/** envoy.admin.v3.HostHealthStatus */
export type HostHealthStatus = Traced & {
  failed_active_health_check?: boolean | undefined
  failed_outlier_check?: boolean | undefined
  failed_active_degraded_check?: boolean | undefined
  pending_dynamic_removal?: boolean | undefined
  pending_active_hc?: boolean | undefined
  excluded_via_immediate_hc_fail?: boolean | undefined
  active_hc_timeout?: boolean | undefined
  failed_degraded_outlier_detection?: boolean | undefined
  eds_health_status?: HealthStatus | undefined
}

/** envoy.admin.v3.HostStatus */
export type HostStatus = Traced & {
  address?: Address | undefined
  stats?: readonly SimpleMetric[] | undefined
  health_status?: HostHealthStatus | undefined
  success_rate?: Percent | undefined
  weight?: number | undefined
  hostname?: string | undefined
  priority?: number | undefined
  local_origin_success_rate?: Percent | undefined
  locality?: Locality | undefined
}

/** envoy.admin.v3.ListenerStatus */
export type ListenerStatus = Traced & {
  name?: string | undefined
  local_address?: Address | undefined
  additional_local_addresses?: readonly Address[] | undefined
}

/** envoy.admin.v3.Listeners */
export type Listeners = Traced & {
  listener_statuses?: readonly ListenerStatus[] | undefined
}

/** envoy.admin.v3.ListenersConfigDump */
export type ListenersConfigDump = Traced & {
  version_info?: string | undefined
  static_listeners?: readonly ListenersConfigDump_StaticListener[] | undefined
  dynamic_listeners?: readonly ListenersConfigDump_DynamicListener[] | undefined
}

/** envoy.admin.v3.ListenersConfigDump.DynamicListener */
export type ListenersConfigDump_DynamicListener = Traced & {
  name?: string | undefined
  active_state?: ListenersConfigDump_DynamicListenerState | undefined
  warming_state?: ListenersConfigDump_DynamicListenerState | undefined
  draining_state?: ListenersConfigDump_DynamicListenerState | undefined
  error_state?: UpdateFailureState | undefined
  client_status?: ClientResourceStatus | undefined
}

/** envoy.admin.v3.ListenersConfigDump.DynamicListenerState */
export type ListenersConfigDump_DynamicListenerState = Traced & {
  version_info?: string | undefined
  listener?: Any | undefined
  last_updated?: Timestamp | undefined
}

/** envoy.admin.v3.ListenersConfigDump.StaticListener */
export type ListenersConfigDump_StaticListener = Traced & {
  listener?: Any | undefined
  last_updated?: Timestamp | undefined
}

/** envoy.admin.v3.Memory */
export type Memory = Traced & {
  allocated?: Int64 | undefined
  heap_size?: Int64 | undefined
  pageheap_unmapped?: Int64 | undefined
  pageheap_free?: Int64 | undefined
  total_thread_cache?: Int64 | undefined
  total_physical_bytes?: Int64 | undefined
}

/** envoy.admin.v3.MutexStats */
export type MutexStats = Traced & {
  num_contentions?: Int64 | undefined
  current_wait_cycles?: Int64 | undefined
  lifetime_wait_cycles?: Int64 | undefined
}

/** envoy.admin.v3.RoutesConfigDump */
export type RoutesConfigDump = Traced & {
  static_route_configs?: readonly RoutesConfigDump_StaticRouteConfig[] | undefined
  dynamic_route_configs?: readonly RoutesConfigDump_DynamicRouteConfig[] | undefined
}

/** envoy.admin.v3.RoutesConfigDump.DynamicRouteConfig */
export type RoutesConfigDump_DynamicRouteConfig = Traced & {
  version_info?: string | undefined
  route_config?: Any | undefined
  last_updated?: Timestamp | undefined
  error_state?: UpdateFailureState | undefined
  client_status?: ClientResourceStatus | undefined
}

/** envoy.admin.v3.RoutesConfigDump.StaticRouteConfig */
export type RoutesConfigDump_StaticRouteConfig = Traced & {
  route_config?: Any | undefined
  last_updated?: Timestamp | undefined
}

/** envoy.admin.v3.ScopedRoutesConfigDump */
export type ScopedRoutesConfigDump = Traced & {
  inline_scoped_route_configs?: readonly ScopedRoutesConfigDump_InlineScopedRouteConfigs[] | undefined
  dynamic_scoped_route_configs?: readonly ScopedRoutesConfigDump_DynamicScopedRouteConfigs[] | undefined
}

/** envoy.admin.v3.ScopedRoutesConfigDump.DynamicScopedRouteConfigs */
export type ScopedRoutesConfigDump_DynamicScopedRouteConfigs = Traced & {
  name?: string | undefined
  version_info?: string | undefined
  scoped_route_configs?: readonly Any[] | undefined
  last_updated?: Timestamp | undefined
  error_state?: UpdateFailureState | undefined
  client_status?: ClientResourceStatus | undefined
}

/** envoy.admin.v3.ScopedRoutesConfigDump.InlineScopedRouteConfigs */
export type ScopedRoutesConfigDump_InlineScopedRouteConfigs = Traced & {
  name?: string | undefined
  scoped_route_configs?: readonly Any[] | undefined
  last_updated?: Timestamp | undefined
}

/** envoy.admin.v3.SecretsConfigDump */
export type SecretsConfigDump = Traced & {
  static_secrets?: readonly SecretsConfigDump_StaticSecret[] | undefined
  dynamic_active_secrets?: readonly SecretsConfigDump_DynamicSecret[] | undefined
  dynamic_warming_secrets?: readonly SecretsConfigDump_DynamicSecret[] | undefined
}

/** envoy.admin.v3.SecretsConfigDump.DynamicSecret */
export type SecretsConfigDump_DynamicSecret = Traced & {
  name?: string | undefined
  version_info?: string | undefined
  last_updated?: Timestamp | undefined
  secret?: Any | undefined
  error_state?: UpdateFailureState | undefined
  client_status?: ClientResourceStatus | undefined
}

/** envoy.admin.v3.SecretsConfigDump.StaticSecret */
export type SecretsConfigDump_StaticSecret = Traced & {
  name?: string | undefined
  last_updated?: Timestamp | undefined
  secret?: Any | undefined
}

/** envoy.admin.v3.ServerInfo */
export type ServerInfo = Traced & {
  version?: string | undefined
  state?: ServerInfo_State | undefined
  uptime_current_epoch?: Duration | undefined
  uptime_all_epochs?: Duration | undefined
  hot_restart_version?: string | undefined
  command_line_options?: CommandLineOptions | undefined
  node?: Node | undefined
  hot_restart_initializing?: boolean | undefined
}

/** envoy.admin.v3.SimpleMetric */
export type SimpleMetric = Traced & {
  type?: SimpleMetric_Type | undefined
  value?: Int64 | undefined
  name?: string | undefined
}

/** envoy.admin.v3.SubjectAlternateName */
export type SubjectAlternateName = Traced & OneOf<{
  dns: string
  uri: string
  ip_address: string
}>

/** envoy.admin.v3.TapRequest */
export type TapRequest = Traced & {
  config_id?: string | undefined
  tap_config?: TapConfig | undefined
}

/** envoy.admin.v3.UnreadyTargetsDumps */
export type UnreadyTargetsDumps = Traced & {
  unready_targets_dumps?: readonly UnreadyTargetsDumps_UnreadyTargetsDump[] | undefined
}

/** envoy.admin.v3.UnreadyTargetsDumps.UnreadyTargetsDump */
export type UnreadyTargetsDumps_UnreadyTargetsDump = Traced & {
  name?: string | undefined
  target_names?: readonly string[] | undefined
}

/** envoy.admin.v3.UpdateFailureState */
export type UpdateFailureState = Traced & {
  failed_configuration?: Any | undefined
  last_update_attempt?: Timestamp | undefined
  details?: string | undefined
  version_info?: string | undefined
}

/** envoy.config.accesslog.v3.AccessLog */
export type AccessLog = Traced & {
  name?: string | undefined
  filter?: AccessLogFilter | undefined
} & OneOf<{
  typed_config: Any
}>

/** envoy.config.accesslog.v3.AccessLogFilter */
export type AccessLogFilter = Traced & OneOf<{
  status_code_filter: StatusCodeFilter
  duration_filter: DurationFilter
  not_health_check_filter: NotHealthCheckFilter
  traceable_filter: TraceableFilter
  runtime_filter: RuntimeFilter
  and_filter: AndFilter
  or_filter: OrFilter
  header_filter: HeaderFilter
  response_flag_filter: ResponseFlagFilter
  grpc_status_filter: GrpcStatusFilter
  extension_filter: ExtensionFilter
  metadata_filter: MetadataFilter
  log_type_filter: LogTypeFilter
}>

/** envoy.config.accesslog.v3.AndFilter */
export type AndFilter = Traced & {
  filters?: readonly AccessLogFilter[] | undefined
}

/** envoy.config.accesslog.v3.ComparisonFilter */
export type ComparisonFilter = Traced & {
  op?: ComparisonFilter_Op | undefined
  value?: RuntimeUInt32 | undefined
}

/** envoy.config.accesslog.v3.DurationFilter */
export type DurationFilter = Traced & {
  comparison?: ComparisonFilter | undefined
}

/** envoy.config.accesslog.v3.ExtensionFilter */
export type ExtensionFilter = Traced & {
  name?: string | undefined
} & OneOf<{
  typed_config: Any
}>

/** envoy.config.accesslog.v3.GrpcStatusFilter */
export type GrpcStatusFilter = Traced & {
  statuses?: readonly GrpcStatusFilter_Status[] | undefined
  exclude?: boolean | undefined
}

/** envoy.config.accesslog.v3.HeaderFilter */
export type HeaderFilter = Traced & {
  header?: HeaderMatcher | undefined
}

/** envoy.config.accesslog.v3.LogTypeFilter */
export type LogTypeFilter = Traced & {
  types?: readonly AccessLogType[] | undefined
  exclude?: boolean | undefined
}

/** envoy.config.accesslog.v3.MetadataFilter */
export type MetadataFilter = Traced & {
  matcher?: MetadataMatcher | undefined
  match_if_key_not_found?: boolean | undefined
}

/** envoy.config.accesslog.v3.NotHealthCheckFilter */
export type NotHealthCheckFilter = Traced

/** envoy.config.accesslog.v3.OrFilter */
export type OrFilter = Traced & {
  filters?: readonly AccessLogFilter[] | undefined
}

/** envoy.config.accesslog.v3.ResponseFlagFilter */
export type ResponseFlagFilter = Traced & {
  flags?: readonly string[] | undefined
}

/** envoy.config.accesslog.v3.RuntimeFilter */
export type RuntimeFilter = Traced & {
  runtime_key?: string | undefined
  percent_sampled?: FractionalPercent | undefined
  use_independent_randomness?: boolean | undefined
}

/** envoy.config.accesslog.v3.StatusCodeFilter */
export type StatusCodeFilter = Traced & {
  comparison?: ComparisonFilter | undefined
}

/** envoy.config.accesslog.v3.TraceableFilter */
export type TraceableFilter = Traced

/** envoy.config.bootstrap.v3.Admin */
export type Admin = Traced & {
  access_log?: readonly AccessLog[] | undefined
  profile_path?: string | undefined
  address?: Address | undefined
  socket_options?: readonly SocketOption[] | undefined
  ignore_global_conn_limit?: boolean | undefined
  allow_paths?: readonly StringMatcher[] | undefined
}

/** envoy.config.bootstrap.v3.ApiListenerManager */
export type ApiListenerManager = Traced & {
  threading_model?: ApiListenerManager_ThreadingModel | undefined
}

/** envoy.config.bootstrap.v3.Bootstrap */
export type Bootstrap = Traced & {
  node?: Node | undefined
  node_context_params?: readonly string[] | undefined
  static_resources?: Bootstrap_StaticResources | undefined
  dynamic_resources?: Bootstrap_DynamicResources | undefined
  cluster_manager?: ClusterManager | undefined
  hds_config?: ApiConfigSource | undefined
  flags_path?: string | undefined
  stats_sinks?: readonly StatsSink[] | undefined
  deferred_stat_options?: Bootstrap_DeferredStatOptions | undefined
  stats_config?: StatsConfig | undefined
  stats_flush_interval?: Duration | undefined
  watchdogs?: Watchdogs | undefined
  layered_runtime?: LayeredRuntime | undefined
  admin?: Admin | undefined
  overload_manager?: OverloadManager | undefined
  enable_dispatcher_stats?: boolean | undefined
  header_prefix?: string | undefined
  stats_server_version_override?: Int64 | undefined
  typed_dns_resolver_config?: TypedExtensionConfig | undefined
  bootstrap_extensions?: readonly TypedExtensionConfig[] | undefined
  fatal_actions?: readonly FatalAction[] | undefined
  config_sources?: readonly ConfigSource[] | undefined
  default_config_source?: ConfigSource | undefined
  default_socket_interface?: string | undefined
  certificate_provider_instances?: { [key: string]: TypedExtensionConfig } | undefined
  inline_headers?: readonly CustomInlineHeader[] | undefined
  perf_tracing_file_path?: string | undefined
  default_regex_engine?: TypedExtensionConfig | undefined
  xds_delegate_extension?: TypedExtensionConfig | undefined
  xds_config_tracker_extension?: TypedExtensionConfig | undefined
  listener_manager?: TypedExtensionConfig | undefined
  application_log_config?: Bootstrap_ApplicationLogConfig | undefined
  grpc_async_client_manager_config?: Bootstrap_GrpcAsyncClientManagerConfig | undefined
  memory_allocator_manager?: MemoryAllocatorManager | undefined
  enable_worker_cpu_affinity?: boolean | undefined
} & OneOf<{
  stats_flush_on_admin: boolean
}> & OneOf<{
  stats_eviction_interval: Duration
}>

/** envoy.config.bootstrap.v3.Bootstrap.ApplicationLogConfig */
export type Bootstrap_ApplicationLogConfig = Traced & {
  log_format?: Bootstrap_ApplicationLogConfig_LogFormat | undefined
}

/** envoy.config.bootstrap.v3.Bootstrap.ApplicationLogConfig.LogFormat */
export type Bootstrap_ApplicationLogConfig_LogFormat = Traced & OneOf<{
  json_format: Struct
  text_format: string
}>

/** envoy.config.bootstrap.v3.Bootstrap.DeferredStatOptions */
export type Bootstrap_DeferredStatOptions = Traced & {
  enable_deferred_creation_stats?: boolean | undefined
}

/** envoy.config.bootstrap.v3.Bootstrap.DynamicResources */
export type Bootstrap_DynamicResources = Traced & {
  lds_config?: ConfigSource | undefined
  lds_resources_locator?: string | undefined
  cds_config?: ConfigSource | undefined
  cds_resources_locator?: string | undefined
  ads_config?: ApiConfigSource | undefined
}

/** envoy.config.bootstrap.v3.Bootstrap.GrpcAsyncClientManagerConfig */
export type Bootstrap_GrpcAsyncClientManagerConfig = Traced & {
  max_cached_entry_idle_duration?: Duration | undefined
}

/** envoy.config.bootstrap.v3.Bootstrap.StaticResources */
export type Bootstrap_StaticResources = Traced & {
  listeners?: readonly Listener[] | undefined
  clusters?: readonly Cluster[] | undefined
  secrets?: readonly Secret[] | undefined
}

/** envoy.config.bootstrap.v3.ClusterManager */
export type ClusterManager = Traced & {
  local_cluster_name?: string | undefined
  outlier_detection?: ClusterManager_OutlierDetection | undefined
  upstream_bind_config?: BindConfig | undefined
  load_stats_config?: ApiConfigSource | undefined
  enable_deferred_cluster_creation?: boolean | undefined
}

/** envoy.config.bootstrap.v3.ClusterManager.OutlierDetection */
export type ClusterManager_OutlierDetection = Traced & {
  event_log_path?: string | undefined
  event_service?: EventServiceConfig | undefined
}

/** envoy.config.bootstrap.v3.CustomInlineHeader */
export type CustomInlineHeader = Traced & {
  inline_header_name?: string | undefined
  inline_header_type?: CustomInlineHeader_InlineHeaderType | undefined
}

/** envoy.config.bootstrap.v3.FatalAction */
export type FatalAction = Traced & {
  config?: TypedExtensionConfig | undefined
}

/** envoy.config.bootstrap.v3.LayeredRuntime */
export type LayeredRuntime = Traced & {
  layers?: readonly RuntimeLayer[] | undefined
}

/** envoy.config.bootstrap.v3.ListenerManager */
export type ListenerManager = Traced

/** envoy.config.bootstrap.v3.MemoryAllocatorManager */
export type MemoryAllocatorManager = Traced & {
  bytes_to_release?: Int64 | undefined
  memory_release_interval?: Duration | undefined
  soft_memory_limit_bytes?: Int64 | undefined
  max_per_cpu_cache_size_bytes?: number | undefined
  max_unfreed_memory_bytes?: Int64 | undefined
}

/** envoy.config.bootstrap.v3.Runtime */
export type Runtime = Traced & {
  symlink_root?: string | undefined
  subdirectory?: string | undefined
  override_subdirectory?: string | undefined
  base?: Struct | undefined
}

/** envoy.config.bootstrap.v3.RuntimeLayer */
export type RuntimeLayer = Traced & {
  name?: string | undefined
} & OneOf<{
  static_layer: Struct
  disk_layer: RuntimeLayer_DiskLayer
  admin_layer: RuntimeLayer_AdminLayer
  rtds_layer: RuntimeLayer_RtdsLayer
}>

/** envoy.config.bootstrap.v3.RuntimeLayer.AdminLayer */
export type RuntimeLayer_AdminLayer = Traced

/** envoy.config.bootstrap.v3.RuntimeLayer.DiskLayer */
export type RuntimeLayer_DiskLayer = Traced & {
  symlink_root?: string | undefined
  subdirectory?: string | undefined
  append_service_cluster?: boolean | undefined
}

/** envoy.config.bootstrap.v3.RuntimeLayer.RtdsLayer */
export type RuntimeLayer_RtdsLayer = Traced & {
  name?: string | undefined
  rtds_config?: ConfigSource | undefined
}

/** envoy.config.bootstrap.v3.ValidationListenerManager */
export type ValidationListenerManager = Traced

/** envoy.config.bootstrap.v3.Watchdog */
export type Watchdog = Traced & {
  actions?: readonly Watchdog_WatchdogAction[] | undefined
  miss_timeout?: Duration | undefined
  megamiss_timeout?: Duration | undefined
  kill_timeout?: Duration | undefined
  max_kill_timeout_jitter?: Duration | undefined
  multikill_timeout?: Duration | undefined
  multikill_threshold?: Percent | undefined
}

/** envoy.config.bootstrap.v3.Watchdog.WatchdogAction */
export type Watchdog_WatchdogAction = Traced & {
  config?: TypedExtensionConfig | undefined
  event?: Watchdog_WatchdogAction_WatchdogEvent | undefined
}

/** envoy.config.bootstrap.v3.Watchdogs */
export type Watchdogs = Traced & {
  main_thread_watchdog?: Watchdog | undefined
  worker_watchdog?: Watchdog | undefined
}

/** envoy.config.cluster.v3.CircuitBreakers */
export type CircuitBreakers = Traced & {
  thresholds?: readonly CircuitBreakers_Thresholds[] | undefined
  per_host_thresholds?: readonly CircuitBreakers_Thresholds[] | undefined
}

/** envoy.config.cluster.v3.CircuitBreakers.Thresholds */
export type CircuitBreakers_Thresholds = Traced & {
  priority?: RoutingPriority | undefined
  max_connections?: number | undefined
  max_pending_requests?: number | undefined
  max_requests?: number | undefined
  max_retries?: number | undefined
  retry_budget?: CircuitBreakers_Thresholds_RetryBudget | undefined
  track_remaining?: boolean | undefined
  max_connection_pools?: number | undefined
}

/** envoy.config.cluster.v3.CircuitBreakers.Thresholds.RetryBudget */
export type CircuitBreakers_Thresholds_RetryBudget = Traced & {
  budget_percent?: Percent | undefined
  budget_interval?: Duration | undefined
  min_retry_concurrency?: number | undefined
}

/** envoy.config.cluster.v3.Cluster */
export type Cluster = Traced & {
  transport_socket_matches?: readonly Cluster_TransportSocketMatch[] | undefined
  transport_socket_matcher?: XdsMatcher | undefined
  name?: string | undefined
  alt_stat_name?: string | undefined
  stats_matcher?: StatsMatcher | undefined
  eds_cluster_config?: Cluster_EdsClusterConfig | undefined
  connect_timeout?: Duration | undefined
  per_connection_buffer_limit_bytes?: number | undefined
  per_connection_buffer_high_watermark_timeout?: Duration | undefined
  lb_policy?: Cluster_LbPolicy | undefined
  load_assignment?: ClusterLoadAssignment | undefined
  health_checks?: readonly HealthCheck[] | undefined
  circuit_breakers?: CircuitBreakers | undefined
  typed_extension_protocol_options?: { [key: string]: Any } | undefined
  dns_lookup_family?: Cluster_DnsLookupFamily | undefined
  typed_dns_resolver_config?: TypedExtensionConfig | undefined
  wait_for_warm_on_init?: boolean | undefined
  outlier_detection?: OutlierDetection | undefined
  cleanup_interval?: Duration | undefined
  upstream_bind_config?: BindConfig | undefined
  lb_subset_config?: Cluster_LbSubsetConfig | undefined
  common_lb_config?: Cluster_CommonLbConfig | undefined
  transport_socket?: TransportSocket | undefined
  metadata?: Metadata | undefined
  upstream_connection_options?: UpstreamConnectionOptions | undefined
  close_connections_on_host_health_failure?: boolean | undefined
  ignore_health_on_host_removal?: boolean | undefined
  filters?: readonly ClusterFilter[] | undefined
  load_balancing_policy?: LoadBalancingPolicy | undefined
  lrs_server?: ConfigSource | undefined
  lrs_report_endpoint_metrics?: readonly string[] | undefined
  upstream_config?: TypedExtensionConfig | undefined
  track_cluster_stats?: TrackClusterStats | undefined
  preconnect_policy?: Cluster_PreconnectPolicy | undefined
  connection_pool_per_downstream_connection?: boolean | undefined
  queuing_policies?: Cluster_QueuingPolicies | undefined
} & OneOf<{
  type: Cluster_DiscoveryType
  cluster_type: Cluster_CustomClusterType
}> & OneOf<{
  ring_hash_lb_config: Cluster_RingHashLbConfig
  maglev_lb_config: Cluster_MaglevLbConfig
  original_dst_lb_config: Cluster_OriginalDstLbConfig
  least_request_lb_config: Cluster_LeastRequestLbConfig
  round_robin_lb_config: Cluster_RoundRobinLbConfig
}>

/** envoy.config.cluster.v3.Cluster.CommonLbConfig */
export type Cluster_CommonLbConfig = Traced & {
  healthy_panic_threshold?: Percent | undefined
  update_merge_window?: Duration | undefined
  ignore_new_hosts_until_first_hc?: boolean | undefined
  close_connections_on_host_set_change?: boolean | undefined
  consistent_hashing_lb_config?: Cluster_CommonLbConfig_ConsistentHashingLbConfig | undefined
  override_host_status?: HealthStatusSet | undefined
} & OneOf<{
  zone_aware_lb_config: Cluster_CommonLbConfig_ZoneAwareLbConfig
  locality_weighted_lb_config: Cluster_CommonLbConfig_LocalityWeightedLbConfig
}>

/** envoy.config.cluster.v3.Cluster.CommonLbConfig.ConsistentHashingLbConfig */
export type Cluster_CommonLbConfig_ConsistentHashingLbConfig = Traced & {
  use_hostname_for_hashing?: boolean | undefined
  hash_balance_factor?: number | undefined
}

/** envoy.config.cluster.v3.Cluster.CommonLbConfig.LocalityWeightedLbConfig */
export type Cluster_CommonLbConfig_LocalityWeightedLbConfig = Traced

/** envoy.config.cluster.v3.Cluster.CommonLbConfig.ZoneAwareLbConfig */
export type Cluster_CommonLbConfig_ZoneAwareLbConfig = Traced & {
  routing_enabled?: Percent | undefined
  min_cluster_size?: Int64 | undefined
  fail_traffic_on_panic?: boolean | undefined
}

/** envoy.config.cluster.v3.Cluster.CustomClusterType */
export type Cluster_CustomClusterType = Traced & {
  name?: string | undefined
  typed_config?: Any | undefined
}

/** envoy.config.cluster.v3.Cluster.EdsClusterConfig */
export type Cluster_EdsClusterConfig = Traced & {
  eds_config?: ConfigSource | undefined
  service_name?: string | undefined
}

/** envoy.config.cluster.v3.Cluster.LbSubsetConfig */
export type Cluster_LbSubsetConfig = Traced & {
  fallback_policy?: Cluster_LbSubsetConfig_LbSubsetFallbackPolicy | undefined
  default_subset?: Struct | undefined
  subset_selectors?: readonly Cluster_LbSubsetConfig_LbSubsetSelector[] | undefined
  locality_weight_aware?: boolean | undefined
  scale_locality_weight?: boolean | undefined
  panic_mode_any?: boolean | undefined
  list_as_any?: boolean | undefined
  metadata_fallback_policy?: Cluster_LbSubsetConfig_LbSubsetMetadataFallbackPolicy | undefined
}

/** envoy.config.cluster.v3.Cluster.LbSubsetConfig.LbSubsetSelector */
export type Cluster_LbSubsetConfig_LbSubsetSelector = Traced & {
  keys?: readonly string[] | undefined
  single_host_per_subset?: boolean | undefined
  fallback_policy?: Cluster_LbSubsetConfig_LbSubsetSelector_LbSubsetSelectorFallbackPolicy | undefined
  fallback_keys_subset?: readonly string[] | undefined
}

/** envoy.config.cluster.v3.Cluster.LeastRequestLbConfig */
export type Cluster_LeastRequestLbConfig = Traced & {
  choice_count?: number | undefined
  active_request_bias?: RuntimeDouble | undefined
  slow_start_config?: Cluster_SlowStartConfig | undefined
}

/** envoy.config.cluster.v3.Cluster.MaglevLbConfig */
export type Cluster_MaglevLbConfig = Traced & {
  table_size?: Int64 | undefined
}

/** envoy.config.cluster.v3.Cluster.OriginalDstLbConfig */
export type Cluster_OriginalDstLbConfig = Traced & {
  use_http_header?: boolean | undefined
  http_header_name?: string | undefined
  upstream_port_override?: number | undefined
  metadata_key?: MetadataKey | undefined
}

/** envoy.config.cluster.v3.Cluster.PreconnectPolicy */
export type Cluster_PreconnectPolicy = Traced & {
  per_upstream_preconnect_ratio?: number | undefined
  predictive_preconnect_ratio?: number | undefined
  preconnect_enabled_metadata?: MetadataMatcher | undefined
}

/** envoy.config.cluster.v3.Cluster.QueuingPolicies */
export type Cluster_QueuingPolicies = Traced & {
  pending_rq_policy?: TypedExtensionConfig | undefined
}

/** envoy.config.cluster.v3.Cluster.RefreshRate */
export type Cluster_RefreshRate = Traced & {
  base_interval?: Duration | undefined
  max_interval?: Duration | undefined
}

/** envoy.config.cluster.v3.Cluster.RingHashLbConfig */
export type Cluster_RingHashLbConfig = Traced & {
  minimum_ring_size?: Int64 | undefined
  hash_function?: Cluster_RingHashLbConfig_HashFunction | undefined
  maximum_ring_size?: Int64 | undefined
}

/** envoy.config.cluster.v3.Cluster.RoundRobinLbConfig */
export type Cluster_RoundRobinLbConfig = Traced & {
  slow_start_config?: Cluster_SlowStartConfig | undefined
}

/** envoy.config.cluster.v3.Cluster.SlowStartConfig */
export type Cluster_SlowStartConfig = Traced & {
  slow_start_window?: Duration | undefined
  aggression?: RuntimeDouble | undefined
  min_weight_percent?: Percent | undefined
}

/** envoy.config.cluster.v3.Cluster.TransportSocketMatch */
export type Cluster_TransportSocketMatch = Traced & {
  name?: string | undefined
  match?: Struct | undefined
  transport_socket?: TransportSocket | undefined
}

/** envoy.config.cluster.v3.ClusterCollection */
export type ClusterCollection = Traced & {
  entries?: CollectionEntry | undefined
}

/** envoy.config.cluster.v3.Filter */
export type ClusterFilter = Traced & {
  name?: string | undefined
  typed_config?: Any | undefined
  config_discovery?: ExtensionConfigSource | undefined
}

/** envoy.config.cluster.v3.LoadBalancingPolicy */
export type LoadBalancingPolicy = Traced & {
  policies?: readonly LoadBalancingPolicy_Policy[] | undefined
}

/** envoy.config.cluster.v3.LoadBalancingPolicy.Policy */
export type LoadBalancingPolicy_Policy = Traced & {
  typed_extension_config?: TypedExtensionConfig | undefined
}

/** envoy.config.cluster.v3.OutlierDetection */
export type OutlierDetection = Traced & {
  consecutive_5xx?: number | undefined
  interval?: Duration | undefined
  base_ejection_time?: Duration | undefined
  max_ejection_percent?: number | undefined
  enforcing_consecutive_5xx?: number | undefined
  enforcing_success_rate?: number | undefined
  success_rate_minimum_hosts?: number | undefined
  success_rate_request_volume?: number | undefined
  success_rate_stdev_factor?: number | undefined
  consecutive_gateway_failure?: number | undefined
  enforcing_consecutive_gateway_failure?: number | undefined
  split_external_local_origin_errors?: boolean | undefined
  consecutive_local_origin_failure?: number | undefined
  enforcing_consecutive_local_origin_failure?: number | undefined
  enforcing_local_origin_success_rate?: number | undefined
  failure_percentage_threshold?: number | undefined
  enforcing_failure_percentage?: number | undefined
  enforcing_failure_percentage_local_origin?: number | undefined
  failure_percentage_minimum_hosts?: number | undefined
  failure_percentage_request_volume?: number | undefined
  max_ejection_time?: Duration | undefined
  max_ejection_time_jitter?: Duration | undefined
  successful_active_health_check_uneject_host?: boolean | undefined
  monitors?: readonly TypedExtensionConfig[] | undefined
  always_eject_one_host?: boolean | undefined
  detect_degraded_hosts?: boolean | undefined
}

/** envoy.config.cluster.v3.TrackClusterStats */
export type TrackClusterStats = Traced & {
  timeout_budgets?: boolean | undefined
  request_response_sizes?: boolean | undefined
  per_endpoint_stats?: boolean | undefined
}

/** envoy.config.cluster.v3.UpstreamConnectionOptions */
export type UpstreamConnectionOptions = Traced & {
  tcp_keepalive?: TcpKeepalive | undefined
  set_local_interface_name_on_upstream_connections?: boolean | undefined
  happy_eyeballs_config?: UpstreamConnectionOptions_HappyEyeballsConfig | undefined
}

/** envoy.config.cluster.v3.UpstreamConnectionOptions.HappyEyeballsConfig */
export type UpstreamConnectionOptions_HappyEyeballsConfig = Traced & {
  first_address_family_version?: UpstreamConnectionOptions_FirstAddressFamilyVersion | undefined
  first_address_family_count?: number | undefined
}

/** envoy.config.common.key_value.v3.KeyValueStoreConfig */
export type KeyValueStoreConfig = Traced & {
  config?: TypedExtensionConfig | undefined
}

/** envoy.config.common.matcher.v3.HttpGenericBodyMatch */
export type MatcherHttpGenericBodyMatch = Traced & {
  bytes_limit?: number | undefined
  patterns?: readonly MatcherHttpGenericBodyMatch_GenericTextMatch[] | undefined
}

/** envoy.config.common.matcher.v3.HttpGenericBodyMatch.GenericTextMatch */
export type MatcherHttpGenericBodyMatch_GenericTextMatch = Traced & OneOf<{
  string_match: string
  binary_match: Bytes
}>

/** envoy.config.common.matcher.v3.HttpHeadersMatch */
export type MatcherHttpHeadersMatch = Traced & {
  headers?: readonly HeaderMatcher[] | undefined
}

/** envoy.config.common.matcher.v3.MatchPredicate */
export type MatcherMatchPredicate = Traced & OneOf<{
  or_match: MatcherMatchPredicate_MatchSet
  and_match: MatcherMatchPredicate_MatchSet
  not_match: MatcherMatchPredicate
  any_match: boolean
  http_request_headers_match: MatcherHttpHeadersMatch
  http_request_trailers_match: MatcherHttpHeadersMatch
  http_response_headers_match: MatcherHttpHeadersMatch
  http_response_trailers_match: MatcherHttpHeadersMatch
  http_request_generic_body_match: MatcherHttpGenericBodyMatch
  http_response_generic_body_match: MatcherHttpGenericBodyMatch
}>

/** envoy.config.common.matcher.v3.MatchPredicate.MatchSet */
export type MatcherMatchPredicate_MatchSet = Traced & {
  rules?: readonly MatcherMatchPredicate[] | undefined
}

/** envoy.config.common.matcher.v3.Matcher */
export type CommonMatcher = Traced & {
  on_no_match?: CommonMatcher_OnMatch | undefined
} & OneOf<{
  matcher_list: CommonMatcher_MatcherList
  matcher_tree: CommonMatcher_MatcherTree
}>

/** envoy.config.common.matcher.v3.Matcher.MatcherList */
export type CommonMatcher_MatcherList = Traced & {
  matchers?: readonly CommonMatcher_MatcherList_FieldMatcher[] | undefined
}

/** envoy.config.common.matcher.v3.Matcher.MatcherList.FieldMatcher */
export type CommonMatcher_MatcherList_FieldMatcher = Traced & {
  predicate?: CommonMatcher_MatcherList_Predicate | undefined
  on_match?: CommonMatcher_OnMatch | undefined
}

/** envoy.config.common.matcher.v3.Matcher.MatcherList.Predicate */
export type CommonMatcher_MatcherList_Predicate = Traced & OneOf<{
  single_predicate: CommonMatcher_MatcherList_Predicate_SinglePredicate
  or_matcher: CommonMatcher_MatcherList_Predicate_PredicateList
  and_matcher: CommonMatcher_MatcherList_Predicate_PredicateList
  not_matcher: CommonMatcher_MatcherList_Predicate
}>

/** envoy.config.common.matcher.v3.Matcher.MatcherList.Predicate.PredicateList */
export type CommonMatcher_MatcherList_Predicate_PredicateList = Traced & {
  predicate?: readonly CommonMatcher_MatcherList_Predicate[] | undefined
}

/** envoy.config.common.matcher.v3.Matcher.MatcherList.Predicate.SinglePredicate */
export type CommonMatcher_MatcherList_Predicate_SinglePredicate = Traced & {
  input?: TypedExtensionConfig | undefined
} & OneOf<{
  value_match: StringMatcher
  custom_match: TypedExtensionConfig
}>

/** envoy.config.common.matcher.v3.Matcher.MatcherTree */
export type CommonMatcher_MatcherTree = Traced & {
  input?: TypedExtensionConfig | undefined
} & OneOf<{
  exact_match_map: CommonMatcher_MatcherTree_MatchMap
  prefix_match_map: CommonMatcher_MatcherTree_MatchMap
  custom_match: TypedExtensionConfig
}>

/** envoy.config.common.matcher.v3.Matcher.MatcherTree.MatchMap */
export type CommonMatcher_MatcherTree_MatchMap = Traced & {
  map?: { [key: string]: CommonMatcher_OnMatch } | undefined
}

/** envoy.config.common.matcher.v3.Matcher.OnMatch */
export type CommonMatcher_OnMatch = Traced & {
  keep_matching?: boolean | undefined
} & OneOf<{
  matcher: CommonMatcher
  action: TypedExtensionConfig
}>

/** envoy.config.common.mutation_rules.v3.HeaderMutation */
export type MutationRulesHeaderMutation = Traced & OneOf<{
  remove: string
  append: HeaderValueOption
  remove_on_match: MutationRulesHeaderMutation_RemoveOnMatch
}>

/** envoy.config.common.mutation_rules.v3.HeaderMutation.RemoveOnMatch */
export type MutationRulesHeaderMutation_RemoveOnMatch = Traced & {
  key_matcher?: StringMatcher | undefined
}

/** envoy.config.common.mutation_rules.v3.HeaderMutationRules */
export type HeaderMutationRules = Traced & {
  allow_all_routing?: boolean | undefined
  allow_envoy?: boolean | undefined
  disallow_system?: boolean | undefined
  disallow_all?: boolean | undefined
  allow_expression?: RegexMatcher | undefined
  disallow_expression?: RegexMatcher | undefined
  disallow_is_error?: boolean | undefined
}

/** envoy.config.core.v3.Address */
export type Address = Traced & OneOf<{
  socket_address: SocketAddress
  pipe: Pipe
  envoy_internal_address: EnvoyInternalAddress
}>

/** envoy.config.core.v3.AggregatedConfigSource */
export type AggregatedConfigSource = Traced

/** envoy.config.core.v3.AlternateProtocolsCacheOptions */
export type AlternateProtocolsCacheOptions = Traced & {
  name?: string | undefined
  max_entries?: number | undefined
  key_value_store_config?: TypedExtensionConfig | undefined
  prepopulated_entries?: readonly AlternateProtocolsCacheOptions_AlternateProtocolsCacheEntry[] | undefined
  canonical_suffixes?: readonly string[] | undefined
}

/** envoy.config.core.v3.AlternateProtocolsCacheOptions.AlternateProtocolsCacheEntry */
export type AlternateProtocolsCacheOptions_AlternateProtocolsCacheEntry = Traced & {
  hostname?: string | undefined
  port?: number | undefined
}

/** envoy.config.core.v3.ApiConfigSource */
export type ApiConfigSource = Traced & {
  api_type?: ApiConfigSource_ApiType | undefined
  transport_api_version?: ApiVersion | undefined
  cluster_names?: readonly string[] | undefined
  grpc_services?: readonly GrpcService[] | undefined
  refresh_delay?: Duration | undefined
  request_timeout?: Duration | undefined
  rate_limit_settings?: RateLimitSettings | undefined
  set_node_on_first_message_only?: boolean | undefined
  config_validators?: readonly TypedExtensionConfig[] | undefined
}

/** envoy.config.core.v3.AsyncDataSource */
export type AsyncDataSource = Traced & OneOf<{
  local: DataSource
  remote: RemoteDataSource
}>

/** envoy.config.core.v3.BackoffStrategy */
export type BackoffStrategy = Traced & {
  base_interval?: Duration | undefined
  max_interval?: Duration | undefined
}

/** envoy.config.core.v3.BindConfig */
export type BindConfig = Traced & {
  source_address?: SocketAddress | undefined
  freebind?: boolean | undefined
  socket_options?: readonly SocketOption[] | undefined
  extra_source_addresses?: readonly ExtraSourceAddress[] | undefined
  local_address_selector?: TypedExtensionConfig | undefined
  validate_network_namespaces?: boolean | undefined
}

/** envoy.config.core.v3.BuildVersion */
export type BuildVersion = Traced & {
  version?: SemanticVersion | undefined
  metadata?: Struct | undefined
}

/** envoy.config.core.v3.CelExpressionConfig */
export type CelExpressionConfig = Traced & {
  enable_string_conversion?: boolean | undefined
  enable_string_concat?: boolean | undefined
  enable_string_functions?: boolean | undefined
}

/** envoy.config.core.v3.CidrRange */
export type CidrRange = Traced & {
  address_prefix?: string | undefined
  prefix_len?: number | undefined
}

/** envoy.config.core.v3.ConfigSource */
export type ConfigSource = Traced & {
  authorities?: readonly Authority[] | undefined
  initial_fetch_timeout?: Duration | undefined
  resource_api_version?: ApiVersion | undefined
} & OneOf<{
  path_config_source: PathConfigSource
  api_config_source: ApiConfigSource
  ads: AggregatedConfigSource
  self: SelfConfigSource
}>

/** envoy.config.core.v3.ControlPlane */
export type ControlPlane = Traced & {
  identifier?: string | undefined
}

/** envoy.config.core.v3.DataSource */
export type DataSource = Traced & {
  watched_directory?: WatchedDirectory | undefined
} & OneOf<{
  filename: string
  inline_bytes: Bytes
  inline_string: string
  environment_variable: string
}>

/** envoy.config.core.v3.DnsResolutionConfig */
export type DnsResolutionConfig = Traced & {
  resolvers?: readonly Address[] | undefined
  dns_resolver_options?: DnsResolverOptions | undefined
}

/** envoy.config.core.v3.DnsResolverOptions */
export type DnsResolverOptions = Traced & {
  use_tcp_for_dns_lookups?: boolean | undefined
  no_default_search_domain?: boolean | undefined
}

/** envoy.config.core.v3.EnvoyInternalAddress */
export type EnvoyInternalAddress = Traced & {
  endpoint_id?: string | undefined
} & OneOf<{
  server_listener_name: string
}>

/** envoy.config.core.v3.EventServiceConfig */
export type EventServiceConfig = Traced & OneOf<{
  grpc_service: GrpcService
}>

/** envoy.config.core.v3.Extension */
export type Extension = Traced & {
  name?: string | undefined
  category?: string | undefined
  version?: BuildVersion | undefined
  disabled?: boolean | undefined
  type_urls?: readonly string[] | undefined
}

/** envoy.config.core.v3.ExtensionConfigSource */
export type ExtensionConfigSource = Traced & {
  config_source?: ConfigSource | undefined
  default_config?: Any | undefined
  apply_default_config_without_warming?: boolean | undefined
  type_urls?: readonly string[] | undefined
}

/** envoy.config.core.v3.ExtraSourceAddress */
export type ExtraSourceAddress = Traced & {
  address?: SocketAddress | undefined
  socket_options?: SocketOptionsOverride | undefined
}

/** envoy.config.core.v3.GrpcMethodList */
export type GrpcMethodList = Traced & {
  services?: readonly GrpcMethodList_Service[] | undefined
}

/** envoy.config.core.v3.GrpcMethodList.Service */
export type GrpcMethodList_Service = Traced & {
  name?: string | undefined
  method_names?: readonly string[] | undefined
}

/** envoy.config.core.v3.GrpcProtocolOptions */
export type GrpcProtocolOptions = Traced & {
  http2_protocol_options?: Http2ProtocolOptions | undefined
}

/** envoy.config.core.v3.GrpcService */
export type GrpcService = Traced & {
  timeout?: Duration | undefined
  initial_metadata?: readonly HeaderValue[] | undefined
  retry_policy?: RetryPolicy | undefined
} & OneOf<{
  envoy_grpc: GrpcService_EnvoyGrpc
  google_grpc: GrpcService_GoogleGrpc
}>

/** envoy.config.core.v3.GrpcService.EnvoyGrpc */
export type GrpcService_EnvoyGrpc = Traced & {
  cluster_name?: string | undefined
  authority?: string | undefined
  retry_policy?: RetryPolicy | undefined
  max_receive_message_length?: number | undefined
  skip_envoy_headers?: boolean | undefined
}

/** envoy.config.core.v3.GrpcService.GoogleGrpc */
export type GrpcService_GoogleGrpc = Traced & {
  target_uri?: string | undefined
  channel_credentials?: GrpcService_GoogleGrpc_ChannelCredentials | undefined
  channel_credentials_plugin?: readonly Any[] | undefined
  call_credentials?: readonly GrpcService_GoogleGrpc_CallCredentials[] | undefined
  call_credentials_plugin?: readonly Any[] | undefined
  stat_prefix?: string | undefined
  credentials_factory_name?: string | undefined
  config?: Struct | undefined
  per_stream_buffer_limit_bytes?: number | undefined
  channel_args?: GrpcService_GoogleGrpc_ChannelArgs | undefined
}

/** envoy.config.core.v3.GrpcService.GoogleGrpc.CallCredentials */
export type GrpcService_GoogleGrpc_CallCredentials = Traced & OneOf<{
  access_token: string
  google_compute_engine: Record<string, never>
  google_refresh_token: string
  service_account_jwt_access: GrpcService_GoogleGrpc_CallCredentials_ServiceAccountJWTAccessCredentials
  google_iam: GrpcService_GoogleGrpc_CallCredentials_GoogleIAMCredentials
  from_plugin: GrpcService_GoogleGrpc_CallCredentials_MetadataCredentialsFromPlugin
  sts_service: GrpcService_GoogleGrpc_CallCredentials_StsService
}>

/** envoy.config.core.v3.GrpcService.GoogleGrpc.CallCredentials.GoogleIAMCredentials */
export type GrpcService_GoogleGrpc_CallCredentials_GoogleIAMCredentials = Traced & {
  authorization_token?: string | undefined
  authority_selector?: string | undefined
}

/** envoy.config.core.v3.GrpcService.GoogleGrpc.CallCredentials.MetadataCredentialsFromPlugin */
export type GrpcService_GoogleGrpc_CallCredentials_MetadataCredentialsFromPlugin = Traced & {
  name?: string | undefined
} & OneOf<{
  typed_config: Any
}>

/** envoy.config.core.v3.GrpcService.GoogleGrpc.CallCredentials.ServiceAccountJWTAccessCredentials */
export type GrpcService_GoogleGrpc_CallCredentials_ServiceAccountJWTAccessCredentials = Traced & {
  json_key?: string | undefined
  token_lifetime_seconds?: Int64 | undefined
}

/** envoy.config.core.v3.GrpcService.GoogleGrpc.CallCredentials.StsService */
export type GrpcService_GoogleGrpc_CallCredentials_StsService = Traced & {
  token_exchange_service_uri?: string | undefined
  resource?: string | undefined
  audience?: string | undefined
  scope?: string | undefined
  requested_token_type?: string | undefined
  subject_token_path?: string | undefined
  subject_token_type?: string | undefined
  actor_token_path?: string | undefined
  actor_token_type?: string | undefined
}

/** envoy.config.core.v3.GrpcService.GoogleGrpc.ChannelArgs */
export type GrpcService_GoogleGrpc_ChannelArgs = Traced & {
  args?: { [key: string]: GrpcService_GoogleGrpc_ChannelArgs_Value } | undefined
}

/** envoy.config.core.v3.GrpcService.GoogleGrpc.ChannelArgs.Value */
export type GrpcService_GoogleGrpc_ChannelArgs_Value = Traced & OneOf<{
  string_value: string
  int_value: Int64
}>

/** envoy.config.core.v3.GrpcService.GoogleGrpc.ChannelCredentials */
export type GrpcService_GoogleGrpc_ChannelCredentials = Traced & OneOf<{
  ssl_credentials: GrpcService_GoogleGrpc_SslCredentials
  google_default: Record<string, never>
  local_credentials: GrpcService_GoogleGrpc_GoogleLocalCredentials
}>

/** envoy.config.core.v3.GrpcService.GoogleGrpc.GoogleLocalCredentials */
export type GrpcService_GoogleGrpc_GoogleLocalCredentials = Traced

/** envoy.config.core.v3.GrpcService.GoogleGrpc.SslCredentials */
export type GrpcService_GoogleGrpc_SslCredentials = Traced & {
  root_certs?: DataSource | undefined
  private_key?: DataSource | undefined
  cert_chain?: DataSource | undefined
}

/** envoy.config.core.v3.HeaderMap */
export type HeaderMap = Traced & {
  headers?: readonly HeaderValue[] | undefined
}

/** envoy.config.core.v3.HeaderValue */
export type HeaderValue = Traced & {
  key?: string | undefined
  value?: string | undefined
  raw_value?: Bytes | undefined
}

/** envoy.config.core.v3.HeaderValueOption */
export type HeaderValueOption = Traced & {
  header?: HeaderValue | undefined
  append_action?: HeaderValueOption_HeaderAppendAction | undefined
  keep_empty_value?: boolean | undefined
}

/** envoy.config.core.v3.HealthCheck */
export type HealthCheck = Traced & {
  name?: string | undefined
  timeout?: Duration | undefined
  interval?: Duration | undefined
  initial_jitter?: Duration | undefined
  interval_jitter?: Duration | undefined
  interval_jitter_percent?: number | undefined
  unhealthy_threshold?: number | undefined
  healthy_threshold?: number | undefined
  alt_port?: number | undefined
  reuse_connection?: boolean | undefined
  no_traffic_interval?: Duration | undefined
  no_traffic_healthy_interval?: Duration | undefined
  unhealthy_interval?: Duration | undefined
  unhealthy_edge_interval?: Duration | undefined
  healthy_edge_interval?: Duration | undefined
  event_logger?: readonly TypedExtensionConfig[] | undefined
  event_service?: EventServiceConfig | undefined
  always_log_health_check_failures?: boolean | undefined
  always_log_health_check_success?: boolean | undefined
  tls_options?: HealthCheck_TlsOptions | undefined
  transport_socket_match_criteria?: Struct | undefined
} & OneOf<{
  http_health_check: HealthCheck_HttpHealthCheck
  tcp_health_check: HealthCheck_TcpHealthCheck
  grpc_health_check: HealthCheck_GrpcHealthCheck
  custom_health_check: HealthCheck_CustomHealthCheck
}>

/** envoy.config.core.v3.HealthCheck.CustomHealthCheck */
export type HealthCheck_CustomHealthCheck = Traced & {
  name?: string | undefined
} & OneOf<{
  typed_config: Any
}>

/** envoy.config.core.v3.HealthCheck.GrpcHealthCheck */
export type HealthCheck_GrpcHealthCheck = Traced & {
  service_name?: string | undefined
  authority?: string | undefined
  initial_metadata?: readonly HeaderValueOption[] | undefined
}

/** envoy.config.core.v3.HealthCheck.HttpHealthCheck */
export type HealthCheck_HttpHealthCheck = Traced & {
  host?: string | undefined
  path?: string | undefined
  send?: HealthCheck_Payload | undefined
  receive?: readonly HealthCheck_Payload[] | undefined
  response_buffer_size?: Int64 | undefined
  request_headers_to_add?: readonly HeaderValueOption[] | undefined
  request_headers_to_remove?: readonly string[] | undefined
  expected_statuses?: readonly Int64Range[] | undefined
  retriable_statuses?: readonly Int64Range[] | undefined
  codec_client_type?: CodecClientType | undefined
  use_alpn_protocol?: boolean | undefined
  service_name_matcher?: StringMatcher | undefined
  method?: RequestMethod | undefined
}

/** envoy.config.core.v3.HealthCheck.Payload */
export type HealthCheck_Payload = Traced & OneOf<{
  text: string
  binary: Bytes
}>

/** envoy.config.core.v3.HealthCheck.RedisHealthCheck */
export type HealthCheck_RedisHealthCheck = Traced & {
  key?: string | undefined
}

/** envoy.config.core.v3.HealthCheck.TcpHealthCheck */
export type HealthCheck_TcpHealthCheck = Traced & {
  send?: HealthCheck_Payload | undefined
  receive?: readonly HealthCheck_Payload[] | undefined
  proxy_protocol_config?: ProxyProtocolConfig | undefined
}

/** envoy.config.core.v3.HealthCheck.TlsOptions */
export type HealthCheck_TlsOptions = Traced & {
  alpn_protocols?: readonly string[] | undefined
}

/** envoy.config.core.v3.HealthStatusSet */
export type HealthStatusSet = Traced & {
  statuses?: readonly HealthStatus[] | undefined
}

/** envoy.config.core.v3.Http1ProtocolOptions */
export type Http1ProtocolOptions = Traced & {
  allow_absolute_url?: boolean | undefined
  accept_http_10?: boolean | undefined
  default_host_for_http_10?: string | undefined
  header_key_format?: Http1ProtocolOptions_HeaderKeyFormat | undefined
  enable_trailers?: boolean | undefined
  allow_chunked_length?: boolean | undefined
  override_stream_error_on_invalid_http_message?: boolean | undefined
  send_fully_qualified_url?: boolean | undefined
  allow_custom_methods?: boolean | undefined
  ignore_http_11_upgrade?: readonly StringMatcher[] | undefined
}

/** envoy.config.core.v3.Http1ProtocolOptions.HeaderKeyFormat */
export type Http1ProtocolOptions_HeaderKeyFormat = Traced & OneOf<{
  proper_case_words: Http1ProtocolOptions_HeaderKeyFormat_ProperCaseWords
  stateful_formatter: TypedExtensionConfig
}>

/** envoy.config.core.v3.Http1ProtocolOptions.HeaderKeyFormat.ProperCaseWords */
export type Http1ProtocolOptions_HeaderKeyFormat_ProperCaseWords = Traced

/** envoy.config.core.v3.Http2ProtocolOptions */
export type Http2ProtocolOptions = Traced & {
  hpack_table_size?: number | undefined
  max_concurrent_streams?: number | undefined
  initial_stream_window_size?: number | undefined
  initial_connection_window_size?: number | undefined
  allow_connect?: boolean | undefined
  allow_metadata?: boolean | undefined
  max_outbound_frames?: number | undefined
  max_outbound_control_frames?: number | undefined
  max_consecutive_inbound_frames_with_empty_payload?: number | undefined
  max_inbound_priority_frames_per_stream?: number | undefined
  max_inbound_window_update_frames_per_data_frame_sent?: number | undefined
  override_stream_error_on_invalid_http_message?: boolean | undefined
  custom_settings_parameters?: readonly Http2ProtocolOptions_SettingsParameter[] | undefined
  connection_keepalive?: KeepaliveSettings | undefined
  use_oghttp2_codec?: boolean | undefined
  max_metadata_size?: Int64 | undefined
  enable_huffman_encoding?: boolean | undefined
  max_header_field_size_kb?: number | undefined
  disallow_obs_text?: boolean | undefined
  stream_reset_burst?: Int64 | undefined
  stream_reset_rate?: Int64 | undefined
}

/** envoy.config.core.v3.Http2ProtocolOptions.SettingsParameter */
export type Http2ProtocolOptions_SettingsParameter = Traced & {
  identifier?: number | undefined
  value?: number | undefined
}

/** envoy.config.core.v3.Http3ProtocolOptions */
export type Http3ProtocolOptions = Traced & {
  quic_protocol_options?: QuicProtocolOptions | undefined
  override_stream_error_on_invalid_http_message?: boolean | undefined
  allow_extended_connect?: boolean | undefined
  allow_metadata?: boolean | undefined
  disable_qpack?: boolean | undefined
  disable_connection_flow_control_for_streams?: boolean | undefined
  disallow_obs_text?: boolean | undefined
}

/** envoy.config.core.v3.HttpProtocolOptions */
export type HttpProtocolOptions = Traced & {
  idle_timeout?: Duration | undefined
  max_connection_duration?: Duration | undefined
  max_connection_duration_jitter?: Percent | undefined
  max_headers_count?: number | undefined
  max_response_headers_kb?: number | undefined
  max_stream_duration?: Duration | undefined
  headers_with_underscores_action?: HttpProtocolOptions_HeadersWithUnderscoresAction | undefined
  max_requests_per_connection?: number | undefined
}

/** envoy.config.core.v3.HttpService */
export type HttpService = Traced & {
  http_uri?: HttpUri | undefined
  request_headers_to_add?: readonly HeaderValueOption[] | undefined
  formatters?: readonly TypedExtensionConfig[] | undefined
}

/** envoy.config.core.v3.HttpUri */
export type HttpUri = Traced & {
  uri?: string | undefined
  timeout?: Duration | undefined
} & OneOf<{
  cluster: string
}>

/** envoy.config.core.v3.JsonFormatOptions */
export type JsonFormatOptions = Traced

/** envoy.config.core.v3.KeepaliveSettings */
export type KeepaliveSettings = Traced & {
  interval?: Duration | undefined
  timeout?: Duration | undefined
  interval_jitter?: Percent | undefined
  connection_idle_interval?: Duration | undefined
}

/** envoy.config.core.v3.KeyValue */
export type KeyValue = Traced

/** envoy.config.core.v3.KeyValueAppend */
export type KeyValueAppend = Traced & {
  record?: KeyValuePair | undefined
  action?: KeyValueAppend_KeyValueAppendAction | undefined
}

/** envoy.config.core.v3.KeyValueMutation */
export type KeyValueMutation = Traced & {
  append?: KeyValueAppend | undefined
  remove?: string | undefined
}

/** envoy.config.core.v3.KeyValuePair */
export type KeyValuePair = Traced & {
  key?: string | undefined
  value?: Json | undefined
}

/** envoy.config.core.v3.Locality */
export type Locality = Traced & {
  region?: string | undefined
  zone?: string | undefined
  sub_zone?: string | undefined
}

/** envoy.config.core.v3.Metadata */
export type Metadata = Traced & {
  filter_metadata?: { [key: string]: Struct } | undefined
  typed_filter_metadata?: { [key: string]: Any } | undefined
}

/** envoy.config.core.v3.Node */
export type Node = Traced & {
  id?: string | undefined
  cluster?: string | undefined
  metadata?: Struct | undefined
  dynamic_parameters?: { [key: string]: ContextParams } | undefined
  locality?: Locality | undefined
  user_agent_name?: string | undefined
  extensions?: readonly Extension[] | undefined
  client_features?: readonly string[] | undefined
} & OneOf<{
  user_agent_version: string
  user_agent_build_version: BuildVersion
}>

/** envoy.config.core.v3.PathConfigSource */
export type PathConfigSource = Traced & {
  path?: string | undefined
  watched_directory?: WatchedDirectory | undefined
  poll_interval?: Duration | undefined
}

/** envoy.config.core.v3.PerHostConfig */
export type PerHostConfig = Traced & {
  added_tlvs?: readonly TlvEntry[] | undefined
}

/** envoy.config.core.v3.Pipe */
export type Pipe = Traced & {
  path?: string | undefined
  mode?: number | undefined
}

/** envoy.config.core.v3.ProxyProtocolConfig */
export type ProxyProtocolConfig = Traced & {
  version?: ProxyProtocolConfig_Version | undefined
  pass_through_tlvs?: ProxyProtocolPassThroughTLVs | undefined
  added_tlvs?: readonly TlvEntry[] | undefined
}

/** envoy.config.core.v3.ProxyProtocolPassThroughTLVs */
export type ProxyProtocolPassThroughTLVs = Traced & {
  match_type?: ProxyProtocolPassThroughTLVs_PassTLVsMatchType | undefined
  tlv_type?: readonly number[] | undefined
}

/** envoy.config.core.v3.QueryParameter */
export type QueryParameter = Traced & {
  key?: string | undefined
  value?: string | undefined
}

/** envoy.config.core.v3.QuicKeepAliveSettings */
export type QuicKeepAliveSettings = Traced & {
  max_interval?: Duration | undefined
  initial_interval?: Duration | undefined
}

/** envoy.config.core.v3.QuicProtocolOptions */
export type QuicProtocolOptions = Traced & {
  max_concurrent_streams?: number | undefined
  initial_stream_window_size?: number | undefined
  initial_connection_window_size?: number | undefined
  num_timeouts_to_trigger_port_migration?: number | undefined
  connection_keepalive?: QuicKeepAliveSettings | undefined
  connection_options?: string | undefined
  client_connection_options?: string | undefined
  idle_network_timeout?: Duration | undefined
  max_packet_length?: Int64 | undefined
  client_packet_writer?: TypedExtensionConfig | undefined
  connection_migration?: QuicProtocolOptions_ConnectionMigrationSettings | undefined
  memory_reduction_timeout?: Duration | undefined
  enable_scone?: boolean | undefined
}

/** envoy.config.core.v3.QuicProtocolOptions.ConnectionMigrationSettings */
export type QuicProtocolOptions_ConnectionMigrationSettings = Traced & {
  migrate_idle_connections?: QuicProtocolOptions_ConnectionMigrationSettings_MigrateIdleConnectionSettings | undefined
  max_time_on_non_default_network?: Duration | undefined
}

/** envoy.config.core.v3.QuicProtocolOptions.ConnectionMigrationSettings.MigrateIdleConnectionSettings */
export type QuicProtocolOptions_ConnectionMigrationSettings_MigrateIdleConnectionSettings = Traced & {
  max_idle_time_before_migration?: Duration | undefined
}

/** envoy.config.core.v3.RateLimitSettings */
export type RateLimitSettings = Traced & {
  max_tokens?: number | undefined
  fill_rate?: number | undefined
}

/** envoy.config.core.v3.RemoteDataSource */
export type RemoteDataSource = Traced & {
  http_uri?: HttpUri | undefined
  sha256?: string | undefined
  retry_policy?: RetryPolicy | undefined
}

/** envoy.config.core.v3.RetryPolicy */
export type RetryPolicy = Traced & {
  retry_back_off?: BackoffStrategy | undefined
  num_retries?: number | undefined
  retry_on?: string | undefined
  retry_priority?: RetryPolicy_RetryPriority | undefined
  retry_host_predicate?: readonly RetryPolicy_RetryHostPredicate[] | undefined
  host_selection_retry_max_attempts?: Int64 | undefined
}

/** envoy.config.core.v3.RetryPolicy.RetryHostPredicate */
export type RetryPolicy_RetryHostPredicate = Traced & {
  name?: string | undefined
} & OneOf<{
  typed_config: Any
}>

/** envoy.config.core.v3.RetryPolicy.RetryPriority */
export type RetryPolicy_RetryPriority = Traced & {
  name?: string | undefined
} & OneOf<{
  typed_config: Any
}>

/** envoy.config.core.v3.RuntimeDouble */
export type RuntimeDouble = Traced & {
  default_value?: number | undefined
  runtime_key?: string | undefined
}

/** envoy.config.core.v3.RuntimeFeatureFlag */
export type RuntimeFeatureFlag = Traced & {
  default_value?: boolean | undefined
  runtime_key?: string | undefined
}

/** envoy.config.core.v3.RuntimeFractionalPercent */
export type RuntimeFractionalPercent = Traced & {
  default_value?: FractionalPercent | undefined
  runtime_key?: string | undefined
}

/** envoy.config.core.v3.RuntimePercent */
export type RuntimePercent = Traced & {
  default_value?: Percent | undefined
  runtime_key?: string | undefined
}

/** envoy.config.core.v3.RuntimeUInt32 */
export type RuntimeUInt32 = Traced & {
  default_value?: number | undefined
  runtime_key?: string | undefined
}

/** envoy.config.core.v3.RuntimeUInt64 */
export type RuntimeUInt64 = Traced & {
  default_value?: Int64 | undefined
  runtime_key?: string | undefined
}

/** envoy.config.core.v3.SchemeHeaderTransformation */
export type SchemeHeaderTransformation = Traced & {
  match_upstream?: boolean | undefined
} & OneOf<{
  scheme_to_overwrite: string
}>

/** envoy.config.core.v3.SelfConfigSource */
export type SelfConfigSource = Traced & {
  transport_api_version?: ApiVersion | undefined
}

/** envoy.config.core.v3.SocketAddress */
export type SocketAddress = Traced & {
  protocol?: SocketAddress_Protocol | undefined
  address?: string | undefined
  resolver_name?: string | undefined
  ipv4_compat?: boolean | undefined
  network_namespace_filepath?: string | undefined
} & OneOf<{
  port_value: number
  named_port: string
}>

/** envoy.config.core.v3.SocketCmsgHeaders */
export type SocketCmsgHeaders = Traced & {
  level?: number | undefined
  type?: number | undefined
  expected_size?: number | undefined
}

/** envoy.config.core.v3.SocketOption */
export type SocketOption = Traced & {
  description?: string | undefined
  level?: Int64 | undefined
  name?: Int64 | undefined
  state?: SocketOption_SocketState | undefined
  type?: SocketOption_SocketType | undefined
  ip_version?: SocketOption_SocketIpVersion | undefined
} & OneOf<{
  int_value: Int64
  buf_value: Bytes
}>

/** envoy.config.core.v3.SocketOption.SocketType */
export type SocketOption_SocketType = Traced & {
  stream?: SocketOption_SocketType_Stream | undefined
  datagram?: SocketOption_SocketType_Datagram | undefined
}

/** envoy.config.core.v3.SocketOption.SocketType.Datagram */
export type SocketOption_SocketType_Datagram = Traced

/** envoy.config.core.v3.SocketOption.SocketType.Stream */
export type SocketOption_SocketType_Stream = Traced

/** envoy.config.core.v3.SocketOptionsOverride */
export type SocketOptionsOverride = Traced & {
  socket_options?: readonly SocketOption[] | undefined
}

/** envoy.config.core.v3.SubstitutionFormatString */
export type SubstitutionFormatString = Traced & {
  omit_empty_values?: boolean | undefined
  content_type?: string | undefined
  formatters?: readonly TypedExtensionConfig[] | undefined
  json_format_options?: JsonFormatOptions | undefined
} & OneOf<{
  json_format: Struct
  text_format_source: DataSource
}>

/** envoy.config.core.v3.TcpKeepalive */
export type TcpKeepalive = Traced & {
  keepalive_probes?: number | undefined
  keepalive_time?: number | undefined
  keepalive_interval?: number | undefined
}

/** envoy.config.core.v3.TcpProtocolOptions */
export type TcpProtocolOptions = Traced

/** envoy.config.core.v3.TlvEntry */
export type TlvEntry = Traced & {
  type?: number | undefined
  value?: Bytes | undefined
  format_string?: SubstitutionFormatString | undefined
}

/** envoy.config.core.v3.TransportSocket */
export type TransportSocket = Traced & {
  name?: string | undefined
} & OneOf<{
  typed_config: Any
}>

/** envoy.config.core.v3.TypedExtensionConfig */
export type TypedExtensionConfig = Traced & {
  name?: string | undefined
  typed_config?: Any | undefined
}

/** envoy.config.core.v3.UdpSocketConfig */
export type UdpSocketConfig = Traced & {
  max_rx_datagram_size?: Int64 | undefined
  prefer_gro?: boolean | undefined
}

/** envoy.config.core.v3.UpstreamHttpProtocolOptions */
export type UpstreamHttpProtocolOptions = Traced & {
  auto_sni?: boolean | undefined
  auto_san_validation?: boolean | undefined
  override_auto_sni_header?: string | undefined
}

/** envoy.config.core.v3.WatchedDirectory */
export type WatchedDirectory = Traced & {
  path?: string | undefined
  watch_modify?: boolean | undefined
}

/** envoy.config.endpoint.v3.ClusterLoadAssignment */
export type ClusterLoadAssignment = Traced & {
  cluster_name?: string | undefined
  endpoints?: readonly LocalityLbEndpoints[] | undefined
  named_endpoints?: { [key: string]: Endpoint } | undefined
  policy?: ClusterLoadAssignment_Policy | undefined
}

/** envoy.config.endpoint.v3.ClusterLoadAssignment.Policy */
export type ClusterLoadAssignment_Policy = Traced & {
  drop_overloads?: readonly ClusterLoadAssignment_Policy_DropOverload[] | undefined
  overprovisioning_factor?: number | undefined
  endpoint_stale_after?: Duration | undefined
  weighted_priority_health?: boolean | undefined
}

/** envoy.config.endpoint.v3.ClusterLoadAssignment.Policy.DropOverload */
export type ClusterLoadAssignment_Policy_DropOverload = Traced & {
  category?: string | undefined
  drop_percentage?: FractionalPercent | undefined
}

/** envoy.config.endpoint.v3.ClusterStats */
export type ClusterStats = Traced & {
  cluster_name?: string | undefined
  cluster_service_name?: string | undefined
  upstream_locality_stats?: readonly UpstreamLocalityStats[] | undefined
  total_dropped_requests?: Int64 | undefined
  dropped_requests?: readonly ClusterStats_DroppedRequests[] | undefined
  load_report_interval?: Duration | undefined
}

/** envoy.config.endpoint.v3.ClusterStats.DroppedRequests */
export type ClusterStats_DroppedRequests = Traced & {
  category?: string | undefined
  dropped_count?: Int64 | undefined
}

/** envoy.config.endpoint.v3.Endpoint */
export type Endpoint = Traced & {
  address?: Address | undefined
  health_check_config?: Endpoint_HealthCheckConfig | undefined
  hostname?: string | undefined
  additional_addresses?: readonly Endpoint_AdditionalAddress[] | undefined
  observability_name?: string | undefined
}

/** envoy.config.endpoint.v3.Endpoint.AdditionalAddress */
export type Endpoint_AdditionalAddress = Traced & {
  address?: Address | undefined
}

/** envoy.config.endpoint.v3.Endpoint.HealthCheckConfig */
export type Endpoint_HealthCheckConfig = Traced & {
  port_value?: number | undefined
  hostname?: string | undefined
  address?: Address | undefined
  disable_active_health_check?: boolean | undefined
}

/** envoy.config.endpoint.v3.EndpointLoadMetricStats */
export type EndpointLoadMetricStats = Traced & {
  metric_name?: string | undefined
  num_requests_finished_with_metric?: Int64 | undefined
  total_metric_value?: number | undefined
}

/** envoy.config.endpoint.v3.LbEndpoint */
export type LbEndpoint = Traced & {
  health_status?: HealthStatus | undefined
  metadata?: Metadata | undefined
  load_balancing_weight?: number | undefined
} & OneOf<{
  endpoint: Endpoint
  endpoint_name: string
}>

/** envoy.config.endpoint.v3.LbEndpointCollection */
export type LbEndpointCollection = Traced & {
  entries?: readonly CollectionEntry[] | undefined
}

/** envoy.config.endpoint.v3.LedsClusterLocalityConfig */
export type LedsClusterLocalityConfig = Traced & {
  leds_config?: ConfigSource | undefined
  leds_collection_name?: string | undefined
}

/** envoy.config.endpoint.v3.LocalityLbEndpoints */
export type LocalityLbEndpoints = Traced & {
  locality?: Locality | undefined
  metadata?: Metadata | undefined
  lb_endpoints?: readonly LbEndpoint[] | undefined
  load_balancing_weight?: number | undefined
  priority?: number | undefined
  proximity?: number | undefined
} & OneOf<{
  leds_cluster_locality_config: LedsClusterLocalityConfig
}>

/** envoy.config.endpoint.v3.LocalityLbEndpoints.LbEndpointList */
export type LocalityLbEndpoints_LbEndpointList = Traced & {
  lb_endpoints?: readonly LbEndpoint[] | undefined
}

/** envoy.config.endpoint.v3.UnnamedEndpointLoadMetricStats */
export type UnnamedEndpointLoadMetricStats = Traced & {
  num_requests_finished_with_metric?: Int64 | undefined
  total_metric_value?: number | undefined
}

/** envoy.config.endpoint.v3.UpstreamEndpointStats */
export type UpstreamEndpointStats = Traced & {
  address?: Address | undefined
  metadata?: Struct | undefined
  total_successful_requests?: Int64 | undefined
  total_requests_in_progress?: Int64 | undefined
  total_error_requests?: Int64 | undefined
  total_issued_requests?: Int64 | undefined
  load_metric_stats?: readonly EndpointLoadMetricStats[] | undefined
}

/** envoy.config.endpoint.v3.UpstreamLocalityStats */
export type UpstreamLocalityStats = Traced & {
  locality?: Locality | undefined
  total_successful_requests?: Int64 | undefined
  total_requests_in_progress?: Int64 | undefined
  total_error_requests?: Int64 | undefined
  total_issued_requests?: Int64 | undefined
  total_active_connections?: Int64 | undefined
  total_new_connections?: Int64 | undefined
  total_fail_connections?: Int64 | undefined
  cpu_utilization?: UnnamedEndpointLoadMetricStats | undefined
  mem_utilization?: UnnamedEndpointLoadMetricStats | undefined
  application_utilization?: UnnamedEndpointLoadMetricStats | undefined
  load_metric_stats?: readonly EndpointLoadMetricStats[] | undefined
  upstream_endpoint_stats?: readonly UpstreamEndpointStats[] | undefined
  priority?: number | undefined
}

/** envoy.config.grpc_credential.v3.FileBasedMetadataConfig */
export type FileBasedMetadataConfig = Traced & {
  secret_data?: DataSource | undefined
  header_key?: string | undefined
  header_prefix?: string | undefined
}

/** envoy.config.listener.v3.ActiveRawUdpListenerConfig */
export type ActiveRawUdpListenerConfig = Traced

/** envoy.config.listener.v3.AdditionalAddress */
export type AdditionalAddress = Traced & {
  address?: Address | undefined
  socket_options?: SocketOptionsOverride | undefined
  tcp_keepalive?: TcpKeepalive | undefined
}

/** envoy.config.listener.v3.ApiListener */
export type ApiListener = Traced & {
  api_listener?: Any | undefined
}

/** envoy.config.listener.v3.Filter */
export type Filter = Traced & {
  name?: string | undefined
} & OneOf<{
  typed_config: Any
  config_discovery: ExtensionConfigSource
}>

/** envoy.config.listener.v3.FilterChain */
export type FilterChain = Traced & {
  filter_chain_match?: FilterChainMatch | undefined
  filters?: readonly Filter[] | undefined
  metadata?: Metadata | undefined
  transport_socket?: TransportSocket | undefined
  transport_socket_connect_timeout?: Duration | undefined
  name?: string | undefined
}

/** envoy.config.listener.v3.FilterChainMatch */
export type FilterChainMatch = Traced & {
  destination_port?: number | undefined
  prefix_ranges?: readonly CidrRange[] | undefined
  address_suffix?: string | undefined
  suffix_len?: number | undefined
  direct_source_prefix_ranges?: readonly CidrRange[] | undefined
  source_type?: FilterChainMatch_ConnectionSourceType | undefined
  source_prefix_ranges?: readonly CidrRange[] | undefined
  source_ports?: readonly number[] | undefined
  server_names?: readonly string[] | undefined
  transport_protocol?: string | undefined
  application_protocols?: readonly string[] | undefined
}

/** envoy.config.listener.v3.Listener */
export type Listener = Traced & {
  name?: string | undefined
  address?: Address | undefined
  additional_addresses?: readonly AdditionalAddress[] | undefined
  stat_prefix?: string | undefined
  stats_matcher?: StatsMatcher | undefined
  filter_chains?: readonly FilterChain[] | undefined
  fcds_config?: Listener_FcdsConfig | undefined
  filter_chain_matcher?: XdsMatcher | undefined
  use_original_dst?: boolean | undefined
  default_filter_chain?: FilterChain | undefined
  per_connection_buffer_limit_bytes?: number | undefined
  per_connection_buffer_high_watermark_timeout?: Duration | undefined
  metadata?: Metadata | undefined
  drain_type?: Listener_DrainType | undefined
  listener_filters?: readonly ListenerFilter[] | undefined
  listener_filters_timeout?: Duration | undefined
  continue_on_listener_filters_timeout?: boolean | undefined
  transparent?: boolean | undefined
  freebind?: boolean | undefined
  socket_options?: readonly SocketOption[] | undefined
  tcp_fast_open_queue_length?: number | undefined
  traffic_direction?: TrafficDirection | undefined
  udp_listener_config?: UdpListenerConfig | undefined
  api_listener?: ApiListener | undefined
  connection_balance_config?: Listener_ConnectionBalanceConfig | undefined
  enable_reuse_port?: boolean | undefined
  access_log?: readonly AccessLog[] | undefined
  tcp_backlog_size?: number | undefined
  max_connections_to_accept_per_socket_event?: number | undefined
  bind_to_port?: boolean | undefined
  enable_mptcp?: boolean | undefined
  ignore_global_conn_limit?: boolean | undefined
  bypass_overload_manager?: boolean | undefined
  tcp_keepalive?: TcpKeepalive | undefined
} & OneOf<{
  internal_listener: Listener_InternalListenerConfig
}>

/** envoy.config.listener.v3.Listener.ConnectionBalanceConfig */
export type Listener_ConnectionBalanceConfig = Traced & OneOf<{
  exact_balance: Listener_ConnectionBalanceConfig_ExactBalance
  extend_balance: TypedExtensionConfig
  cpu_locality_balance: Listener_ConnectionBalanceConfig_CpuLocalityBalance
}>

/** envoy.config.listener.v3.Listener.ConnectionBalanceConfig.CpuLocalityBalance */
export type Listener_ConnectionBalanceConfig_CpuLocalityBalance = Traced

/** envoy.config.listener.v3.Listener.ConnectionBalanceConfig.ExactBalance */
export type Listener_ConnectionBalanceConfig_ExactBalance = Traced

/** envoy.config.listener.v3.Listener.DeprecatedV1 */
export type Listener_DeprecatedV1 = Traced & {
  bind_to_port?: boolean | undefined
}

/** envoy.config.listener.v3.Listener.FcdsConfig */
export type Listener_FcdsConfig = Traced & {
  name?: string | undefined
  config_source?: ConfigSource | undefined
}

/** envoy.config.listener.v3.Listener.InternalListenerConfig */
export type Listener_InternalListenerConfig = Traced

/** envoy.config.listener.v3.ListenerCollection */
export type ListenerCollection = Traced & {
  entries?: readonly CollectionEntry[] | undefined
}

/** envoy.config.listener.v3.ListenerFilter */
export type ListenerFilter = Traced & {
  name?: string | undefined
  filter_disabled?: ListenerFilterChainMatchPredicate | undefined
} & OneOf<{
  typed_config: Any
  config_discovery: ExtensionConfigSource
}>

/** envoy.config.listener.v3.ListenerFilterChainMatchPredicate */
export type ListenerFilterChainMatchPredicate = Traced & OneOf<{
  or_match: ListenerFilterChainMatchPredicate_MatchSet
  and_match: ListenerFilterChainMatchPredicate_MatchSet
  not_match: ListenerFilterChainMatchPredicate
  any_match: boolean
  destination_port_range: Int32Range
}>

/** envoy.config.listener.v3.ListenerFilterChainMatchPredicate.MatchSet */
export type ListenerFilterChainMatchPredicate_MatchSet = Traced & {
  rules?: readonly ListenerFilterChainMatchPredicate[] | undefined
}

/** envoy.config.listener.v3.QuicProtocolOptions */
export type ListenerQuicProtocolOptions = Traced & {
  quic_protocol_options?: QuicProtocolOptions | undefined
  idle_timeout?: Duration | undefined
  crypto_handshake_timeout?: Duration | undefined
  enabled?: RuntimeFeatureFlag | undefined
  packets_to_read_to_connection_count_ratio?: number | undefined
  crypto_stream_config?: TypedExtensionConfig | undefined
  proof_source_config?: TypedExtensionConfig | undefined
  connection_id_generator_config?: TypedExtensionConfig | undefined
  server_preferred_address_config?: TypedExtensionConfig | undefined
  send_disable_active_migration?: boolean | undefined
  connection_debug_visitor_config?: TypedExtensionConfig | undefined
  save_cmsg_config?: readonly SocketCmsgHeaders[] | undefined
  reject_new_connections?: boolean | undefined
  max_sessions_per_event_loop?: number | undefined
}

/** envoy.config.listener.v3.UdpListenerConfig */
export type UdpListenerConfig = Traced & {
  downstream_socket_config?: UdpSocketConfig | undefined
  quic_options?: ListenerQuicProtocolOptions | undefined
  udp_packet_packet_writer_config?: TypedExtensionConfig | undefined
}

/** envoy.config.metrics.v3.DogStatsdSink */
export type DogStatsdSink = Traced & {
  prefix?: string | undefined
  max_bytes_per_datagram?: Int64 | undefined
  scale_histogram_units_to_milliseconds?: boolean | undefined
} & OneOf<{
  address: Address
}>

/** envoy.config.metrics.v3.HistogramBucketSettings */
export type HistogramBucketSettings = Traced & {
  match?: StringMatcher | undefined
  buckets?: readonly number[] | undefined
  bins?: number | undefined
}

/** envoy.config.metrics.v3.HystrixSink */
export type HystrixSink = Traced & {
  num_buckets?: Int64 | undefined
}

/** envoy.config.metrics.v3.MetricsServiceConfig */
export type MetricsServiceConfig = Traced & {
  grpc_service?: GrpcService | undefined
  transport_api_version?: ApiVersion | undefined
  report_counters_as_deltas?: boolean | undefined
  emit_tags_as_labels?: boolean | undefined
  histogram_emit_mode?: HistogramEmitMode | undefined
  batch_size?: number | undefined
}

/** envoy.config.metrics.v3.StatsConfig */
export type StatsConfig = Traced & {
  stats_tags?: readonly TagSpecifier[] | undefined
  use_all_default_tags?: boolean | undefined
  stats_matcher?: StatsMatcher | undefined
  histogram_bucket_settings?: readonly HistogramBucketSettings[] | undefined
  allow_default_tag_overrides?: boolean | undefined
}

/** envoy.config.metrics.v3.StatsMatcher */
export type StatsMatcher = Traced & OneOf<{
  reject_all: boolean
  exclusion_list: ListStringMatcher
  inclusion_list: ListStringMatcher
}>

/** envoy.config.metrics.v3.StatsSink */
export type StatsSink = Traced & {
  name?: string | undefined
} & OneOf<{
  typed_config: Any
}>

/** envoy.config.metrics.v3.StatsdSink */
export type StatsdSink = Traced & {
  prefix?: string | undefined
  scale_histogram_units_to_milliseconds?: boolean | undefined
} & OneOf<{
  address: Address
  tcp_cluster_name: string
}>

/** envoy.config.metrics.v3.TagSpecifier */
export type TagSpecifier = Traced & {
  tag_name?: string | undefined
} & OneOf<{
  regex: string
  fixed_value: string
}>

/** envoy.config.overload.v3.BufferFactoryConfig */
export type BufferFactoryConfig = Traced & {
  minimum_account_to_track_power_of_two?: number | undefined
}

/** envoy.config.overload.v3.LoadShedPoint */
export type LoadShedPoint = Traced & {
  name?: string | undefined
  triggers?: readonly Trigger[] | undefined
}

/** envoy.config.overload.v3.OverloadAction */
export type OverloadAction = Traced & {
  name?: string | undefined
  triggers?: readonly Trigger[] | undefined
  typed_config?: Any | undefined
}

/** envoy.config.overload.v3.OverloadManager */
export type OverloadManager = Traced & {
  refresh_interval?: Duration | undefined
  resource_monitors?: readonly ResourceMonitor[] | undefined
  actions?: readonly OverloadAction[] | undefined
  loadshed_points?: readonly LoadShedPoint[] | undefined
  buffer_factory_config?: BufferFactoryConfig | undefined
}

/** envoy.config.overload.v3.ResourceMonitor */
export type ResourceMonitor = Traced & {
  name?: string | undefined
} & OneOf<{
  typed_config: Any
}>

/** envoy.config.overload.v3.ScaleTimersOverloadActionConfig */
export type ScaleTimersOverloadActionConfig = Traced & {
  timer_scale_factors?: readonly ScaleTimersOverloadActionConfig_ScaleTimer[] | undefined
}

/** envoy.config.overload.v3.ScaleTimersOverloadActionConfig.ScaleTimer */
export type ScaleTimersOverloadActionConfig_ScaleTimer = Traced & {
  timer?: ScaleTimersOverloadActionConfig_TimerType | undefined
} & OneOf<{
  min_timeout: Duration
  min_scale: Percent
}>

/** envoy.config.overload.v3.ScaledTrigger */
export type ScaledTrigger = Traced & {
  scaling_threshold?: number | undefined
  saturation_threshold?: number | undefined
}

/** envoy.config.overload.v3.ShrinkHeapConfig */
export type ShrinkHeapConfig = Traced & {
  timer_interval?: Duration | undefined
  max_unfreed_memory_bytes?: Int64 | undefined
}

/** envoy.config.overload.v3.ThresholdTrigger */
export type ThresholdTrigger = Traced & {
  value?: number | undefined
}

/** envoy.config.overload.v3.Trigger */
export type Trigger = Traced & {
  name?: string | undefined
} & OneOf<{
  threshold: ThresholdTrigger
  scaled: ScaledTrigger
}>

/** envoy.config.ratelimit.v3.RateLimitServiceConfig */
export type RateLimitServiceConfig = Traced & {
  grpc_service?: GrpcService | undefined
  transport_api_version?: ApiVersion | undefined
}

/** envoy.config.rbac.v3.Action */
export type Action = Traced & {
  name?: string | undefined
  action?: RBAC_Action | undefined
}

/** envoy.config.rbac.v3.Permission */
export type Permission = Traced & OneOf<{
  and_rules: Permission_Set
  or_rules: Permission_Set
  any: boolean
  header: HeaderMatcher
  url_path: PathMatcher
  destination_ip: CidrRange
  destination_port: number
  destination_port_range: Int32Range
  not_rule: Permission
  requested_server_name: StringMatcher
  matcher: TypedExtensionConfig
  uri_template: TypedExtensionConfig
  sourced_metadata: SourcedMetadata
}>

/** envoy.config.rbac.v3.Permission.Set */
export type Permission_Set = Traced & {
  rules?: readonly Permission[] | undefined
}

/** envoy.config.rbac.v3.Policy */
export type Policy = Traced & {
  permissions?: readonly Permission[] | undefined
  principals?: readonly Principal[] | undefined
  condition?: GoogleExpr | undefined
  checked_condition?: GoogleCheckedExpr | undefined
  cel_config?: CelExpressionConfig | undefined
}

/** envoy.config.rbac.v3.Principal */
export type Principal = Traced & OneOf<{
  and_ids: Principal_Set
  or_ids: Principal_Set
  any: boolean
  authenticated: Principal_Authenticated
  direct_remote_ip: CidrRange
  remote_ip: CidrRange
  header: HeaderMatcher
  url_path: PathMatcher
  filter_state: FilterStateMatcher
  not_id: Principal
  sourced_metadata: SourcedMetadata
  custom: TypedExtensionConfig
}>

/** envoy.config.rbac.v3.Principal.Authenticated */
export type Principal_Authenticated = Traced & {
  principal_name?: StringMatcher | undefined
}

/** envoy.config.rbac.v3.Principal.Set */
export type Principal_Set = Traced & {
  ids?: readonly Principal[] | undefined
}

/** envoy.config.rbac.v3.RBAC */
export type RBAC = Traced & {
  action?: RBAC_Action | undefined
  policies?: { [key: string]: Policy } | undefined
  audit_logging_options?: RBAC_AuditLoggingOptions | undefined
}

/** envoy.config.rbac.v3.RBAC.AuditLoggingOptions */
export type RBAC_AuditLoggingOptions = Traced & {
  audit_condition?: RBAC_AuditLoggingOptions_AuditCondition | undefined
  logger_configs?: readonly RBAC_AuditLoggingOptions_AuditLoggerConfig[] | undefined
}

/** envoy.config.rbac.v3.RBAC.AuditLoggingOptions.AuditLoggerConfig */
export type RBAC_AuditLoggingOptions_AuditLoggerConfig = Traced & {
  audit_logger?: TypedExtensionConfig | undefined
  is_optional?: boolean | undefined
}

/** envoy.config.rbac.v3.SourcedMetadata */
export type SourcedMetadata = Traced & {
  metadata_matcher?: MetadataMatcher | undefined
  metadata_source?: MetadataSource | undefined
}

/** envoy.config.route.v3.ClusterSpecifierPlugin */
export type ClusterSpecifierPlugin = Traced & {
  extension?: TypedExtensionConfig | undefined
  is_optional?: boolean | undefined
}

/** envoy.config.route.v3.CookieMatcher */
export type CookieMatcher = Traced & {
  name?: string | undefined
  string_match?: StringMatcher | undefined
  invert_match?: boolean | undefined
}

/** envoy.config.route.v3.CorsPolicy */
export type CorsPolicy = Traced & {
  allow_origin_string_match?: readonly StringMatcher[] | undefined
  allow_methods?: string | undefined
  allow_headers?: string | undefined
  expose_headers?: string | undefined
  max_age?: string | undefined
  allow_credentials?: boolean | undefined
  shadow_enabled?: RuntimeFractionalPercent | undefined
  allow_private_network_access?: boolean | undefined
  forward_not_matching_preflights?: boolean | undefined
} & OneOf<{
  filter_enabled: RuntimeFractionalPercent
}>

/** envoy.config.route.v3.Decorator */
export type Decorator = Traced & {
  operation?: string | undefined
  propagate?: boolean | undefined
}

/** envoy.config.route.v3.DirectResponseAction */
export type DirectResponseAction = Traced & {
  status?: number | undefined
  body?: DataSource | undefined
  body_format?: SubstitutionFormatString | undefined
}

/** envoy.config.route.v3.FilterAction */
export type FilterAction = Traced & {
  action?: Any | undefined
}

/** envoy.config.route.v3.FilterConfig */
export type FilterConfig = Traced & {
  config?: Any | undefined
  is_optional?: boolean | undefined
  disabled?: boolean | undefined
}

/** envoy.config.route.v3.HeaderMatcher */
export type HeaderMatcher = Traced & {
  name?: string | undefined
  invert_match?: boolean | undefined
  treat_missing_header_as_empty?: boolean | undefined
} & OneOf<{
  range_match: Int64Range
  present_match: boolean
  string_match: StringMatcher
}>

/** envoy.config.route.v3.HedgePolicy */
export type HedgePolicy = Traced & {
  initial_requests?: number | undefined
  additional_request_chance?: FractionalPercent | undefined
  hedge_on_per_try_timeout?: boolean | undefined
}

/** envoy.config.route.v3.InternalRedirectPolicy */
export type InternalRedirectPolicy = Traced & {
  max_internal_redirects?: number | undefined
  redirect_response_codes?: readonly number[] | undefined
  predicates?: readonly TypedExtensionConfig[] | undefined
  allow_cross_scheme_redirect?: boolean | undefined
  response_headers_to_copy?: readonly string[] | undefined
}

/** envoy.config.route.v3.NonForwardingAction */
export type NonForwardingAction = Traced

/** envoy.config.route.v3.QueryParameterMatcher */
export type QueryParameterMatcher = Traced & {
  name?: string | undefined
} & OneOf<{
  string_match: StringMatcher
  present_match: boolean
}>

/** envoy.config.route.v3.RateLimit */
export type RateLimit = Traced & {
  stage?: number | undefined
  disable_key?: string | undefined
  actions?: readonly RateLimit_Action[] | undefined
  limit?: RateLimit_Override | undefined
  hits_addend?: RateLimit_HitsAddend | undefined
  apply_on_stream_done?: boolean | undefined
  x_ratelimit_option?: RateLimit_XRateLimitOption | undefined
}

/** envoy.config.route.v3.RateLimit.Action */
export type RateLimit_Action = Traced & OneOf<{
  source_cluster: RateLimit_Action_SourceCluster
  destination_cluster: RateLimit_Action_DestinationCluster
  request_headers: RateLimit_Action_RequestHeaders
  query_parameters: RateLimit_Action_QueryParameters
  remote_address: RateLimit_Action_RemoteAddress
  generic_key: RateLimit_Action_GenericKey
  header_value_match: RateLimit_Action_HeaderValueMatch
  metadata: RateLimit_Action_MetaData
  extension: TypedExtensionConfig
  masked_remote_address: RateLimit_Action_MaskedRemoteAddress
  query_parameter_value_match: RateLimit_Action_QueryParameterValueMatch
  remote_address_match: RateLimit_Action_RemoteAddressMatch
}>

/** envoy.config.route.v3.RateLimit.Action.DestinationCluster */
export type RateLimit_Action_DestinationCluster = Traced

/** envoy.config.route.v3.RateLimit.Action.DynamicMetaData */
export type RateLimit_Action_DynamicMetaData = Traced & {
  descriptor_key?: string | undefined
  metadata_key?: MetadataKey | undefined
  default_value?: string | undefined
}

/** envoy.config.route.v3.RateLimit.Action.GenericKey */
export type RateLimit_Action_GenericKey = Traced & {
  descriptor_value?: string | undefined
  default_value?: string | undefined
  descriptor_key?: string | undefined
}

/** envoy.config.route.v3.RateLimit.Action.HeaderValueMatch */
export type RateLimit_Action_HeaderValueMatch = Traced & {
  descriptor_value?: string | undefined
  default_value?: string | undefined
  descriptor_key?: string | undefined
  expect_match?: boolean | undefined
  headers?: readonly HeaderMatcher[] | undefined
}

/** envoy.config.route.v3.RateLimit.Action.MaskedRemoteAddress */
export type RateLimit_Action_MaskedRemoteAddress = Traced & {
  v4_prefix_mask_len?: number | undefined
  v6_prefix_mask_len?: number | undefined
}

/** envoy.config.route.v3.RateLimit.Action.MetaData */
export type RateLimit_Action_MetaData = Traced & {
  descriptor_key?: string | undefined
  metadata_key?: MetadataKey | undefined
  default_value?: string | undefined
  source?: RateLimit_Action_MetaData_Source | undefined
  skip_if_absent?: boolean | undefined
}

/** envoy.config.route.v3.RateLimit.Action.QueryParameterValueMatch */
export type RateLimit_Action_QueryParameterValueMatch = Traced & {
  descriptor_value?: string | undefined
  default_value?: string | undefined
  descriptor_key?: string | undefined
  expect_match?: boolean | undefined
  query_parameters?: readonly QueryParameterMatcher[] | undefined
}

/** envoy.config.route.v3.RateLimit.Action.QueryParameters */
export type RateLimit_Action_QueryParameters = Traced & {
  query_parameter_name?: string | undefined
  descriptor_key?: string | undefined
  skip_if_absent?: boolean | undefined
}

/** envoy.config.route.v3.RateLimit.Action.RemoteAddress */
export type RateLimit_Action_RemoteAddress = Traced

/** envoy.config.route.v3.RateLimit.Action.RemoteAddressMatch */
export type RateLimit_Action_RemoteAddressMatch = Traced & {
  descriptor_value?: string | undefined
  descriptor_key?: string | undefined
  default_value?: string | undefined
  address_matcher?: AddressMatcher | undefined
}

/** envoy.config.route.v3.RateLimit.Action.RequestHeaders */
export type RateLimit_Action_RequestHeaders = Traced & {
  header_name?: string | undefined
  descriptor_key?: string | undefined
  skip_if_absent?: boolean | undefined
}

/** envoy.config.route.v3.RateLimit.Action.SourceCluster */
export type RateLimit_Action_SourceCluster = Traced

/** envoy.config.route.v3.RateLimit.HitsAddend */
export type RateLimit_HitsAddend = Traced & {
  number?: Int64 | undefined
  format?: string | undefined
  is_negative_hits?: boolean | undefined
}

/** envoy.config.route.v3.RateLimit.Override */
export type RateLimit_Override = Traced & OneOf<{
  dynamic_metadata: RateLimit_Override_DynamicMetadata
  rate_limit: RateLimit_Override_RateLimitOverride
}>

/** envoy.config.route.v3.RateLimit.Override.DynamicMetadata */
export type RateLimit_Override_DynamicMetadata = Traced & {
  metadata_key?: MetadataKey | undefined
}

/** envoy.config.route.v3.RateLimit.Override.RateLimitOverride */
export type RateLimit_Override_RateLimitOverride = Traced & {
  requests_per_unit?: number | undefined
  unit?: RateLimitUnit | undefined
}

/** envoy.config.route.v3.RedirectAction */
export type RedirectAction = Traced & {
  host_redirect?: string | undefined
  port_redirect?: number | undefined
  response_code?: RedirectAction_RedirectResponseCode | undefined
  strip_query?: boolean | undefined
} & OneOf<{
  https_redirect: boolean
  scheme_redirect: string
}> & OneOf<{
  path_redirect: string
  prefix_rewrite: string
  regex_rewrite: RegexMatchAndSubstitute
  path_rewrite: string
}>

/** envoy.config.route.v3.RetryPolicy */
export type RouteRetryPolicy = Traced & {
  retry_on?: string | undefined
  num_retries?: number | undefined
  per_try_timeout?: Duration | undefined
  per_try_idle_timeout?: Duration | undefined
  retry_priority?: RouteRetryPolicy_RetryPriority | undefined
  retry_host_predicate?: readonly RouteRetryPolicy_RetryHostPredicate[] | undefined
  retry_options_predicates?: readonly TypedExtensionConfig[] | undefined
  host_selection_retry_max_attempts?: Int64 | undefined
  retriable_status_codes?: readonly number[] | undefined
  retry_back_off?: RouteRetryPolicy_RetryBackOff | undefined
  rate_limited_retry_back_off?: RouteRetryPolicy_RateLimitedRetryBackOff | undefined
  retriable_headers?: readonly HeaderMatcher[] | undefined
  retriable_request_headers?: readonly HeaderMatcher[] | undefined
  refresh_cluster_on_retry?: boolean | undefined
}

/** envoy.config.route.v3.RetryPolicy.RateLimitedRetryBackOff */
export type RouteRetryPolicy_RateLimitedRetryBackOff = Traced & {
  reset_headers?: readonly RouteRetryPolicy_ResetHeader[] | undefined
  max_interval?: Duration | undefined
}

/** envoy.config.route.v3.RetryPolicy.ResetHeader */
export type RouteRetryPolicy_ResetHeader = Traced & {
  name?: string | undefined
  format?: RouteRetryPolicy_ResetHeaderFormat | undefined
}

/** envoy.config.route.v3.RetryPolicy.RetryBackOff */
export type RouteRetryPolicy_RetryBackOff = Traced & {
  base_interval?: Duration | undefined
  max_interval?: Duration | undefined
}

/** envoy.config.route.v3.RetryPolicy.RetryHostPredicate */
export type RouteRetryPolicy_RetryHostPredicate = Traced & {
  name?: string | undefined
} & OneOf<{
  typed_config: Any
}>

/** envoy.config.route.v3.RetryPolicy.RetryPriority */
export type RouteRetryPolicy_RetryPriority = Traced & {
  name?: string | undefined
} & OneOf<{
  typed_config: Any
}>

/** envoy.config.route.v3.Route */
export type Route = Traced & {
  name?: string | undefined
  match?: RouteMatch | undefined
  metadata?: Metadata | undefined
  decorator?: Decorator | undefined
  typed_per_filter_config?: { [key: string]: Any } | undefined
  request_headers_to_add?: readonly HeaderValueOption[] | undefined
  request_headers_to_remove?: readonly string[] | undefined
  response_headers_to_add?: readonly HeaderValueOption[] | undefined
  response_headers_to_remove?: readonly string[] | undefined
  tracing?: Tracing | undefined
  stat_prefix?: string | undefined
  request_body_buffer_limit?: Int64 | undefined
  route_specifiers?: readonly TypedExtensionConfig[] | undefined
} & OneOf<{
  route: RouteAction
  redirect: RedirectAction
  direct_response: DirectResponseAction
  filter_action: FilterAction
  non_forwarding_action: NonForwardingAction
}>

/** envoy.config.route.v3.RouteAction */
export type RouteAction = Traced & {
  cluster_not_found_response_code?: RouteAction_ClusterNotFoundResponseCode | undefined
  metadata_match?: Metadata | undefined
  prefix_rewrite?: string | undefined
  regex_rewrite?: RegexMatchAndSubstitute | undefined
  path_rewrite_policy?: TypedExtensionConfig | undefined
  path_rewrite?: string | undefined
  append_x_forwarded_host?: boolean | undefined
  timeout?: Duration | undefined
  idle_timeout?: Duration | undefined
  flush_timeout?: Duration | undefined
  early_data_policy?: TypedExtensionConfig | undefined
  retry_policy?: RouteRetryPolicy | undefined
  retry_policy_typed_config?: Any | undefined
  request_mirror_policies?: readonly RouteAction_RequestMirrorPolicy[] | undefined
  priority?: RoutingPriority | undefined
  rate_limits?: readonly RateLimit[] | undefined
  hash_policy?: readonly RouteAction_HashPolicy[] | undefined
  max_grpc_timeout?: Duration | undefined
  upgrade_configs?: readonly RouteAction_UpgradeConfig[] | undefined
  internal_redirect_policy?: InternalRedirectPolicy | undefined
  hedge_policy?: HedgePolicy | undefined
  max_stream_duration?: RouteAction_MaxStreamDuration | undefined
} & OneOf<{
  cluster: string
  cluster_header: string
  weighted_clusters: WeightedCluster
  cluster_specifier_plugin: string
  inline_cluster_specifier_plugin: ClusterSpecifierPlugin
}> & OneOf<{
  host_rewrite_literal: string
  auto_host_rewrite: boolean
  host_rewrite_header: string
  host_rewrite_path_regex: RegexMatchAndSubstitute
  host_rewrite: string
}>

/** envoy.config.route.v3.RouteAction.HashPolicy */
export type RouteAction_HashPolicy = Traced & {
  terminal?: boolean | undefined
} & OneOf<{
  header: RouteAction_HashPolicy_Header
  cookie: RouteAction_HashPolicy_Cookie
  connection_properties: RouteAction_HashPolicy_ConnectionProperties
  query_parameter: RouteAction_HashPolicy_QueryParameter
  filter_state: RouteAction_HashPolicy_FilterState
}>

/** envoy.config.route.v3.RouteAction.HashPolicy.ConnectionProperties */
export type RouteAction_HashPolicy_ConnectionProperties = Traced & {
  source_ip?: boolean | undefined
}

/** envoy.config.route.v3.RouteAction.HashPolicy.Cookie */
export type RouteAction_HashPolicy_Cookie = Traced & {
  name?: string | undefined
  ttl?: Duration | undefined
  path?: string | undefined
  attributes?: readonly RouteAction_HashPolicy_CookieAttribute[] | undefined
}

/** envoy.config.route.v3.RouteAction.HashPolicy.CookieAttribute */
export type RouteAction_HashPolicy_CookieAttribute = Traced & {
  name?: string | undefined
  value?: string | undefined
}

/** envoy.config.route.v3.RouteAction.HashPolicy.FilterState */
export type RouteAction_HashPolicy_FilterState = Traced & {
  key?: string | undefined
}

/** envoy.config.route.v3.RouteAction.HashPolicy.Header */
export type RouteAction_HashPolicy_Header = Traced & {
  header_name?: string | undefined
  regex_rewrite?: RegexMatchAndSubstitute | undefined
}

/** envoy.config.route.v3.RouteAction.HashPolicy.QueryParameter */
export type RouteAction_HashPolicy_QueryParameter = Traced & {
  name?: string | undefined
}

/** envoy.config.route.v3.RouteAction.MaxStreamDuration */
export type RouteAction_MaxStreamDuration = Traced & {
  max_stream_duration?: Duration | undefined
  grpc_timeout_header_max?: Duration | undefined
  grpc_timeout_header_offset?: Duration | undefined
}

/** envoy.config.route.v3.RouteAction.RequestMirrorPolicy */
export type RouteAction_RequestMirrorPolicy = Traced & {
  cluster?: string | undefined
  cluster_header?: string | undefined
  runtime_fraction?: RuntimeFractionalPercent | undefined
  trace_sampled?: boolean | undefined
  disable_shadow_host_suffix_append?: boolean | undefined
  request_headers_mutations?: readonly MutationRulesHeaderMutation[] | undefined
  host_rewrite_literal?: string | undefined
}

/** envoy.config.route.v3.RouteAction.UpgradeConfig */
export type RouteAction_UpgradeConfig = Traced & {
  upgrade_type?: string | undefined
  enabled?: boolean | undefined
  connect_config?: RouteAction_UpgradeConfig_ConnectConfig | undefined
}

/** envoy.config.route.v3.RouteAction.UpgradeConfig.ConnectConfig */
export type RouteAction_UpgradeConfig_ConnectConfig = Traced & {
  proxy_protocol_config?: ProxyProtocolConfig | undefined
  allow_post?: boolean | undefined
}

/** envoy.config.route.v3.RouteConfiguration */
export type RouteConfiguration = Traced & {
  name?: string | undefined
  virtual_hosts?: readonly VirtualHost[] | undefined
  vhds?: Vhds | undefined
  internal_only_headers?: readonly string[] | undefined
  response_headers_to_add?: readonly HeaderValueOption[] | undefined
  response_headers_to_remove?: readonly string[] | undefined
  request_headers_to_add?: readonly HeaderValueOption[] | undefined
  request_headers_to_remove?: readonly string[] | undefined
  most_specific_header_mutations_wins?: boolean | undefined
  validate_clusters?: boolean | undefined
  max_direct_response_body_size_bytes?: number | undefined
  cluster_specifier_plugins?: readonly ClusterSpecifierPlugin[] | undefined
  request_mirror_policies?: readonly RouteAction_RequestMirrorPolicy[] | undefined
  ignore_port_in_host_matching?: boolean | undefined
  vhost_header?: string | undefined
  ignore_path_parameters_in_path_matching?: boolean | undefined
  typed_per_filter_config?: { [key: string]: Any } | undefined
  metadata?: Metadata | undefined
  route_specifiers?: readonly TypedExtensionConfig[] | undefined
}

/** envoy.config.route.v3.RouteList */
export type RouteList = Traced & {
  routes?: readonly Route[] | undefined
}

/** envoy.config.route.v3.RouteMatch */
export type RouteMatch = Traced & {
  case_sensitive?: boolean | undefined
  runtime_fraction?: RuntimeFractionalPercent | undefined
  headers?: readonly HeaderMatcher[] | undefined
  query_parameters?: readonly QueryParameterMatcher[] | undefined
  cookies?: readonly CookieMatcher[] | undefined
  grpc?: RouteMatch_GrpcRouteMatchOptions | undefined
  tls_context?: RouteMatch_TlsContextMatchOptions | undefined
  dynamic_metadata?: readonly MetadataMatcher[] | undefined
  filter_state?: readonly FilterStateMatcher[] | undefined
} & OneOf<{
  prefix: string
  path: string
  safe_regex: RegexMatcher
  connect_matcher: RouteMatch_ConnectMatcher
  path_separated_prefix: string
  path_match_policy: TypedExtensionConfig
}>

/** envoy.config.route.v3.RouteMatch.ConnectMatcher */
export type RouteMatch_ConnectMatcher = Traced

/** envoy.config.route.v3.RouteMatch.GrpcRouteMatchOptions */
export type RouteMatch_GrpcRouteMatchOptions = Traced

/** envoy.config.route.v3.RouteMatch.TlsContextMatchOptions */
export type RouteMatch_TlsContextMatchOptions = Traced & {
  presented?: boolean | undefined
  validated?: boolean | undefined
}

/** envoy.config.route.v3.ScopedRouteConfiguration */
export type ScopedRouteConfiguration = Traced & {
  on_demand?: boolean | undefined
  name?: string | undefined
  route_configuration_name?: string | undefined
  route_configuration?: RouteConfiguration | undefined
  key?: ScopedRouteConfiguration_Key | undefined
}

/** envoy.config.route.v3.ScopedRouteConfiguration.Key */
export type ScopedRouteConfiguration_Key = Traced & {
  fragments?: readonly ScopedRouteConfiguration_Key_Fragment[] | undefined
}

/** envoy.config.route.v3.ScopedRouteConfiguration.Key.Fragment */
export type ScopedRouteConfiguration_Key_Fragment = Traced & OneOf<{
  string_key: string
}>

/** envoy.config.route.v3.Tracing */
export type Tracing = Traced & {
  client_sampling?: FractionalPercent | undefined
  random_sampling?: FractionalPercent | undefined
  overall_sampling?: FractionalPercent | undefined
  custom_tags?: readonly CustomTag[] | undefined
  operation?: string | undefined
  upstream_operation?: string | undefined
}

/** envoy.config.route.v3.Vhds */
export type Vhds = Traced & {
  config_source?: ConfigSource | undefined
}

/** envoy.config.route.v3.VirtualCluster */
export type VirtualCluster = Traced & {
  headers?: readonly HeaderMatcher[] | undefined
  name?: string | undefined
}

/** envoy.config.route.v3.VirtualHost */
export type VirtualHost = Traced & {
  name?: string | undefined
  domains?: readonly string[] | undefined
  routes?: readonly Route[] | undefined
  matcher?: XdsMatcher | undefined
  require_tls?: VirtualHost_TlsRequirementType | undefined
  virtual_clusters?: readonly VirtualCluster[] | undefined
  rate_limits?: readonly RateLimit[] | undefined
  request_headers_to_add?: readonly HeaderValueOption[] | undefined
  request_headers_to_remove?: readonly string[] | undefined
  response_headers_to_add?: readonly HeaderValueOption[] | undefined
  response_headers_to_remove?: readonly string[] | undefined
  typed_per_filter_config?: { [key: string]: Any } | undefined
  include_request_attempt_count?: boolean | undefined
  include_attempt_count_in_response?: boolean | undefined
  retry_policy?: RouteRetryPolicy | undefined
  retry_policy_typed_config?: Any | undefined
  hedge_policy?: HedgePolicy | undefined
  include_is_timeout_retry_header?: boolean | undefined
  request_body_buffer_limit?: Int64 | undefined
  request_mirror_policies?: readonly RouteAction_RequestMirrorPolicy[] | undefined
  metadata?: Metadata | undefined
  route_specifiers?: readonly TypedExtensionConfig[] | undefined
}

/** envoy.config.route.v3.WeightedCluster */
export type WeightedCluster = Traced & {
  clusters?: readonly WeightedCluster_ClusterWeight[] | undefined
  runtime_key_prefix?: string | undefined
} & OneOf<{
  header_name: string
  use_hash_policy: boolean
}>

/** envoy.config.route.v3.WeightedCluster.ClusterWeight */
export type WeightedCluster_ClusterWeight = Traced & {
  name?: string | undefined
  cluster_header?: string | undefined
  weight?: number | undefined
  metadata_match?: Metadata | undefined
  request_headers_to_add?: readonly HeaderValueOption[] | undefined
  request_headers_to_remove?: readonly string[] | undefined
  response_headers_to_add?: readonly HeaderValueOption[] | undefined
  response_headers_to_remove?: readonly string[] | undefined
  typed_per_filter_config?: { [key: string]: Any } | undefined
} & OneOf<{
  host_rewrite_literal: string
}>

/** envoy.config.tap.v3.BufferedAdminSink */
export type BufferedAdminSink = Traced & {
  max_traces?: Int64 | undefined
  timeout?: Duration | undefined
}

/** envoy.config.tap.v3.FilePerTapSink */
export type FilePerTapSink = Traced & {
  path_prefix?: string | undefined
}

/** envoy.config.tap.v3.HttpGenericBodyMatch */
export type TapHttpGenericBodyMatch = Traced & {
  bytes_limit?: number | undefined
  patterns?: readonly TapHttpGenericBodyMatch_GenericTextMatch[] | undefined
}

/** envoy.config.tap.v3.HttpGenericBodyMatch.GenericTextMatch */
export type TapHttpGenericBodyMatch_GenericTextMatch = Traced & OneOf<{
  string_match: string
  binary_match: Bytes
}>

/** envoy.config.tap.v3.HttpHeadersMatch */
export type TapHttpHeadersMatch = Traced & {
  headers?: readonly HeaderMatcher[] | undefined
}

/** envoy.config.tap.v3.MatchPredicate */
export type TapMatchPredicate = Traced & OneOf<{
  or_match: TapMatchPredicate_MatchSet
  and_match: TapMatchPredicate_MatchSet
  not_match: TapMatchPredicate
  any_match: boolean
  http_request_headers_match: TapHttpHeadersMatch
  http_request_trailers_match: TapHttpHeadersMatch
  http_response_headers_match: TapHttpHeadersMatch
  http_response_trailers_match: TapHttpHeadersMatch
  http_request_generic_body_match: TapHttpGenericBodyMatch
  http_response_generic_body_match: TapHttpGenericBodyMatch
}>

/** envoy.config.tap.v3.MatchPredicate.MatchSet */
export type TapMatchPredicate_MatchSet = Traced & {
  rules?: readonly TapMatchPredicate[] | undefined
}

/** envoy.config.tap.v3.OutputConfig */
export type OutputConfig = Traced & {
  sinks?: readonly OutputSink[] | undefined
  max_buffered_rx_bytes?: number | undefined
  max_buffered_tx_bytes?: number | undefined
  streaming?: boolean | undefined
  min_streamed_sent_bytes?: number | undefined
}

/** envoy.config.tap.v3.OutputSink */
export type OutputSink = Traced & {
  format?: OutputSink_Format | undefined
} & OneOf<{
  streaming_admin: StreamingAdminSink
  file_per_tap: FilePerTapSink
  streaming_grpc: StreamingGrpcSink
  buffered_admin: BufferedAdminSink
  custom_sink: TypedExtensionConfig
}>

/** envoy.config.tap.v3.StreamingAdminSink */
export type StreamingAdminSink = Traced

/** envoy.config.tap.v3.StreamingGrpcSink */
export type StreamingGrpcSink = Traced & {
  tap_id?: string | undefined
  grpc_service?: GrpcService | undefined
}

/** envoy.config.tap.v3.TapConfig */
export type TapConfig = Traced & {
  match?: MatcherMatchPredicate | undefined
  output_config?: OutputConfig | undefined
  tap_enabled?: RuntimeFractionalPercent | undefined
}

/** envoy.config.trace.v3.ClientConfig */
export type ClientConfig = Traced & {
  service_name?: string | undefined
  instance_name?: string | undefined
  max_cache_size?: number | undefined
} & OneOf<{
  backend_token: string
}>

/** envoy.config.trace.v3.DatadogConfig */
export type DatadogConfig = Traced & {
  collector_cluster?: string | undefined
  service_name?: string | undefined
  collector_hostname?: string | undefined
  remote_config?: DatadogRemoteConfig | undefined
}

/** envoy.config.trace.v3.DatadogRemoteConfig */
export type DatadogRemoteConfig = Traced & {
  polling_interval?: Duration | undefined
}

/** envoy.config.trace.v3.DynamicOtConfig */
export type DynamicOtConfig = Traced

/** envoy.config.trace.v3.LightstepConfig */
export type LightstepConfig = Traced & {
  collector_cluster?: string | undefined
  access_token?: DataSource | undefined
  propagation_modes?: readonly LightstepConfig_PropagationMode[] | undefined
}

/** envoy.config.trace.v3.OpenTelemetryConfig */
export type OpenTelemetryConfig = Traced & {
  grpc_service?: GrpcService | undefined
  http_service?: HttpService | undefined
  exporter?: TypedExtensionConfig | undefined
  service_name?: string | undefined
  resource_detectors?: readonly TypedExtensionConfig[] | undefined
  sampler?: TypedExtensionConfig | undefined
  max_cache_size?: number | undefined
  set_telemetry_sdk_resource_attributes?: boolean | undefined
  set_service_name_resource_attribute?: boolean | undefined
  set_instrumentation_scope?: boolean | undefined
}

/** envoy.config.trace.v3.SkyWalkingConfig */
export type SkyWalkingConfig = Traced & {
  grpc_service?: GrpcService | undefined
  client_config?: ClientConfig | undefined
}

/** envoy.config.trace.v3.TraceServiceConfig */
export type TraceServiceConfig = Traced & {
  grpc_service?: GrpcService | undefined
}

/** envoy.config.trace.v3.Tracing */
export type TraceTracing = Traced & {
  http?: TraceTracing_Http | undefined
}

/** envoy.config.trace.v3.Tracing.Http */
export type TraceTracing_Http = Traced & {
  name?: string | undefined
} & OneOf<{
  typed_config: Any
}>

/** envoy.config.trace.v3.XRayConfig */
export type XRayConfig = Traced & {
  daemon_endpoint?: SocketAddress | undefined
  segment_name?: string | undefined
  sampling_rule_manifest?: DataSource | undefined
  segment_fields?: XRayConfig_SegmentFields | undefined
}

/** envoy.config.trace.v3.XRayConfig.SegmentFields */
export type XRayConfig_SegmentFields = Traced & {
  origin?: string | undefined
  aws?: Struct | undefined
}

/** envoy.config.trace.v3.ZipkinConfig */
export type ZipkinConfig = Traced & {
  collector_cluster?: string | undefined
  collector_endpoint?: string | undefined
  trace_id_128bit?: boolean | undefined
  shared_span_context?: boolean | undefined
  collector_endpoint_version?: ZipkinConfig_CollectorEndpointVersion | undefined
  collector_hostname?: string | undefined
  trace_context_option?: ZipkinConfig_TraceContextOption | undefined
  collector_service?: HttpService | undefined
  timestamp_trace_ids?: boolean | undefined
}

/** envoy.config.upstream.local_address_selector.v3.DefaultLocalAddressSelector */
export type DefaultLocalAddressSelector = Traced

/** envoy.data.accesslog.v3.AccessLogCommon */
export type AccessLogCommon = Traced & {
  sample_rate?: number | undefined
  downstream_remote_address?: Address | undefined
  downstream_local_address?: Address | undefined
  tls_properties?: TLSProperties | undefined
  start_time?: Timestamp | undefined
  time_to_last_rx_byte?: Duration | undefined
  time_to_first_upstream_tx_byte?: Duration | undefined
  time_to_last_upstream_tx_byte?: Duration | undefined
  time_to_first_upstream_rx_byte?: Duration | undefined
  time_to_last_upstream_rx_byte?: Duration | undefined
  time_to_first_downstream_tx_byte?: Duration | undefined
  time_to_last_downstream_tx_byte?: Duration | undefined
  upstream_remote_address?: Address | undefined
  upstream_local_address?: Address | undefined
  upstream_cluster?: string | undefined
  response_flags?: ResponseFlags | undefined
  metadata?: Metadata | undefined
  upstream_transport_failure_reason?: string | undefined
  route_name?: string | undefined
  downstream_direct_remote_address?: Address | undefined
  filter_state_objects?: { [key: string]: Any } | undefined
  custom_tags?: { [key: string]: string } | undefined
  duration?: Duration | undefined
  upstream_request_attempt_count?: number | undefined
  connection_termination_details?: string | undefined
  stream_id?: string | undefined
  downstream_transport_failure_reason?: string | undefined
  downstream_wire_bytes_sent?: Int64 | undefined
  downstream_wire_bytes_received?: Int64 | undefined
  upstream_wire_bytes_sent?: Int64 | undefined
  upstream_wire_bytes_received?: Int64 | undefined
  access_log_type?: AccessLogType | undefined
}

/** envoy.data.accesslog.v3.ConnectionProperties */
export type ConnectionProperties = Traced & {
  received_bytes?: Int64 | undefined
  sent_bytes?: Int64 | undefined
}

/** envoy.data.accesslog.v3.HTTPAccessLogEntry */
export type HTTPAccessLogEntry = Traced & {
  common_properties?: AccessLogCommon | undefined
  protocol_version?: HTTPAccessLogEntry_HTTPVersion | undefined
  request?: HTTPRequestProperties | undefined
  response?: HTTPResponseProperties | undefined
}

/** envoy.data.accesslog.v3.HTTPRequestProperties */
export type HTTPRequestProperties = Traced & {
  request_method?: RequestMethod | undefined
  scheme?: string | undefined
  authority?: string | undefined
  port?: number | undefined
  path?: string | undefined
  user_agent?: string | undefined
  referer?: string | undefined
  forwarded_for?: string | undefined
  request_id?: string | undefined
  original_path?: string | undefined
  request_headers_bytes?: Int64 | undefined
  request_body_bytes?: Int64 | undefined
  request_headers?: { [key: string]: string } | undefined
  upstream_header_bytes_sent?: Int64 | undefined
  downstream_header_bytes_received?: Int64 | undefined
}

/** envoy.data.accesslog.v3.HTTPResponseProperties */
export type HTTPResponseProperties = Traced & {
  response_code?: number | undefined
  response_headers_bytes?: Int64 | undefined
  response_body_bytes?: Int64 | undefined
  response_headers?: { [key: string]: string } | undefined
  response_trailers?: { [key: string]: string } | undefined
  response_code_details?: string | undefined
  upstream_header_bytes_received?: Int64 | undefined
  downstream_header_bytes_sent?: Int64 | undefined
}

/** envoy.data.accesslog.v3.ResponseFlags */
export type ResponseFlags = Traced & {
  failed_local_healthcheck?: boolean | undefined
  no_healthy_upstream?: boolean | undefined
  upstream_request_timeout?: boolean | undefined
  local_reset?: boolean | undefined
  upstream_remote_reset?: boolean | undefined
  upstream_connection_failure?: boolean | undefined
  upstream_connection_termination?: boolean | undefined
  upstream_overflow?: boolean | undefined
  no_route_found?: boolean | undefined
  delay_injected?: boolean | undefined
  fault_injected?: boolean | undefined
  rate_limited?: boolean | undefined
  unauthorized_details?: ResponseFlags_Unauthorized | undefined
  rate_limit_service_error?: boolean | undefined
  downstream_connection_termination?: boolean | undefined
  upstream_retry_limit_exceeded?: boolean | undefined
  stream_idle_timeout?: boolean | undefined
  invalid_envoy_request_headers?: boolean | undefined
  downstream_protocol_error?: boolean | undefined
  upstream_max_stream_duration_reached?: boolean | undefined
  response_from_cache_filter?: boolean | undefined
  no_filter_config_found?: boolean | undefined
  duration_timeout?: boolean | undefined
  upstream_protocol_error?: boolean | undefined
  no_cluster_found?: boolean | undefined
  overload_manager?: boolean | undefined
  dns_resolution_failure?: boolean | undefined
  downstream_remote_reset?: boolean | undefined
}

/** envoy.data.accesslog.v3.ResponseFlags.Unauthorized */
export type ResponseFlags_Unauthorized = Traced & {
  reason?: ResponseFlags_Unauthorized_Reason | undefined
}

/** envoy.data.accesslog.v3.TCPAccessLogEntry */
export type TCPAccessLogEntry = Traced & {
  common_properties?: AccessLogCommon | undefined
  connection_properties?: ConnectionProperties | undefined
}

/** envoy.data.accesslog.v3.TLSProperties */
export type TLSProperties = Traced & {
  tls_version?: TLSProperties_TLSVersion | undefined
  tls_cipher_suite?: number | undefined
  tls_sni_hostname?: string | undefined
  local_certificate_properties?: TLSProperties_CertificateProperties | undefined
  peer_certificate_properties?: TLSProperties_CertificateProperties | undefined
  tls_session_id?: string | undefined
  ja3_fingerprint?: string | undefined
}

/** envoy.data.accesslog.v3.TLSProperties.CertificateProperties */
export type TLSProperties_CertificateProperties = Traced & {
  subject_alt_name?: readonly TLSProperties_CertificateProperties_SubjectAltName[] | undefined
  subject?: string | undefined
  issuer?: string | undefined
}

/** envoy.data.accesslog.v3.TLSProperties.CertificateProperties.SubjectAltName */
export type TLSProperties_CertificateProperties_SubjectAltName = Traced & OneOf<{
  uri: string
  dns: string
}>

/** envoy.data.cluster.v3.OutlierDetectionEvent */
export type OutlierDetectionEvent = Traced & {
  type?: OutlierEjectionType | undefined
  timestamp?: Timestamp | undefined
  secs_since_last_action?: Int64 | undefined
  cluster_name?: string | undefined
  upstream_url?: string | undefined
  action?: DataClusterAction | undefined
  num_ejections?: number | undefined
  enforced?: boolean | undefined
} & OneOf<{
  eject_success_rate_event: OutlierEjectSuccessRate
  eject_consecutive_event: OutlierEjectConsecutive
  eject_failure_percentage_event: OutlierEjectFailurePercentage
}>

/** envoy.data.cluster.v3.OutlierEjectConsecutive */
export type OutlierEjectConsecutive = Traced

/** envoy.data.cluster.v3.OutlierEjectFailurePercentage */
export type OutlierEjectFailurePercentage = Traced & {
  host_success_rate?: number | undefined
}

/** envoy.data.cluster.v3.OutlierEjectSuccessRate */
export type OutlierEjectSuccessRate = Traced & {
  host_success_rate?: number | undefined
  cluster_average_success_rate?: number | undefined
  cluster_success_rate_ejection_threshold?: number | undefined
}

/** envoy.data.core.v3.DegradedHealthyHost */
export type DegradedHealthyHost = Traced

/** envoy.data.core.v3.HealthCheckAddHealthy */
export type HealthCheckAddHealthy = Traced & {
  first_check?: boolean | undefined
}

/** envoy.data.core.v3.HealthCheckEjectUnhealthy */
export type HealthCheckEjectUnhealthy = Traced & {
  failure_type?: HealthCheckFailureType | undefined
  http_status_code?: number | undefined
}

/** envoy.data.core.v3.HealthCheckEvent */
export type HealthCheckEvent = Traced & {
  health_checker_type?: HealthCheckerType | undefined
  host?: Address | undefined
  cluster_name?: string | undefined
  timestamp?: Timestamp | undefined
  metadata?: Metadata | undefined
  locality?: Locality | undefined
} & OneOf<{
  eject_unhealthy_event: HealthCheckEjectUnhealthy
  add_healthy_event: HealthCheckAddHealthy
  successful_health_check_event: HealthCheckSuccessful
  health_check_failure_event: HealthCheckFailure
  degraded_healthy_host: DegradedHealthyHost
  no_longer_degraded_host: NoLongerDegradedHost
}>

/** envoy.data.core.v3.HealthCheckFailure */
export type HealthCheckFailure = Traced & {
  failure_type?: HealthCheckFailureType | undefined
  first_check?: boolean | undefined
  http_status_code?: number | undefined
}

/** envoy.data.core.v3.HealthCheckSuccessful */
export type HealthCheckSuccessful = Traced

/** envoy.data.core.v3.NoLongerDegradedHost */
export type NoLongerDegradedHost = Traced

/** envoy.data.core.v3.TlvsMetadata */
export type TlvsMetadata = Traced & {
  typed_metadata?: { [key: string]: Bytes } | undefined
}

/** envoy.data.dns.v3.DnsTable */
export type DnsTable = Traced & {
  external_retry_count?: number | undefined
  virtual_domains?: readonly DnsTable_DnsVirtualDomain[] | undefined
}

/** envoy.data.dns.v3.DnsTable.AddressList */
export type DnsTable_AddressList = Traced & {
  address?: readonly string[] | undefined
}

/** envoy.data.dns.v3.DnsTable.DnsEndpoint */
export type DnsTable_DnsEndpoint = Traced & OneOf<{
  address_list: DnsTable_AddressList
  cluster_name: string
  service_list: DnsTable_DnsServiceList
}>

/** envoy.data.dns.v3.DnsTable.DnsService */
export type DnsTable_DnsService = Traced & {
  service_name?: string | undefined
  protocol?: DnsTable_DnsServiceProtocol | undefined
  ttl?: Duration | undefined
  targets?: readonly DnsTable_DnsServiceTarget[] | undefined
}

/** envoy.data.dns.v3.DnsTable.DnsServiceList */
export type DnsTable_DnsServiceList = Traced & {
  services?: readonly DnsTable_DnsService[] | undefined
}

/** envoy.data.dns.v3.DnsTable.DnsServiceProtocol */
export type DnsTable_DnsServiceProtocol = Traced & OneOf<{
  number: number
  name: string
}>

/** envoy.data.dns.v3.DnsTable.DnsServiceTarget */
export type DnsTable_DnsServiceTarget = Traced & {
  priority?: number | undefined
  weight?: number | undefined
  port?: number | undefined
} & OneOf<{
  host_name: string
  cluster_name: string
}>

/** envoy.data.dns.v3.DnsTable.DnsVirtualDomain */
export type DnsTable_DnsVirtualDomain = Traced & {
  name?: string | undefined
  endpoint?: DnsTable_DnsEndpoint | undefined
  answer_ttl?: Duration | undefined
}

/** envoy.data.tap.v3.Body */
export type Body = Traced & {
  truncated?: boolean | undefined
} & OneOf<{
  as_bytes: Bytes
  as_string: string
}>

/** envoy.data.tap.v3.Connection */
export type Connection = Traced & {
  local_address?: Address | undefined
  remote_address?: Address | undefined
}

/** envoy.data.tap.v3.HttpBufferedTrace */
export type HttpBufferedTrace = Traced & {
  request?: HttpBufferedTrace_Message | undefined
  response?: HttpBufferedTrace_Message | undefined
  downstream_connection?: Connection | undefined
  upstream_connection?: Connection | undefined
}

/** envoy.data.tap.v3.HttpBufferedTrace.Message */
export type HttpBufferedTrace_Message = Traced & {
  headers?: readonly HeaderValue[] | undefined
  body?: Body | undefined
  trailers?: readonly HeaderValue[] | undefined
  headers_received_time?: Timestamp | undefined
}

/** envoy.data.tap.v3.HttpStreamedTraceSegment */
export type HttpStreamedTraceSegment = Traced & {
  trace_id?: Int64 | undefined
} & OneOf<{
  request_headers: HeaderMap
  request_body_chunk: Body
  request_trailers: HeaderMap
  response_headers: HeaderMap
  response_body_chunk: Body
  response_trailers: HeaderMap
}>

/** envoy.data.tap.v3.SocketBufferedTrace */
export type SocketBufferedTrace = Traced & {
  trace_id?: Int64 | undefined
  connection?: Connection | undefined
  events?: readonly SocketEvent[] | undefined
  read_truncated?: boolean | undefined
  write_truncated?: boolean | undefined
}

/** envoy.data.tap.v3.SocketEvent */
export type SocketEvent = Traced & {
  timestamp?: Timestamp | undefined
  connection?: Connection | undefined
  seq_num?: Int64 | undefined
} & OneOf<{
  read: SocketEvent_Read
  write: SocketEvent_Write
  closed: SocketEvent_Closed
}>

/** envoy.data.tap.v3.SocketEvent.Closed */
export type SocketEvent_Closed = Traced

/** envoy.data.tap.v3.SocketEvent.Read */
export type SocketEvent_Read = Traced & {
  data?: Body | undefined
}

/** envoy.data.tap.v3.SocketEvent.Write */
export type SocketEvent_Write = Traced & {
  data?: Body | undefined
  end_stream?: boolean | undefined
}

/** envoy.data.tap.v3.SocketEvents */
export type SocketEvents = Traced & {
  events?: readonly SocketEvent[] | undefined
}

/** envoy.data.tap.v3.SocketStreamedTraceSegment */
export type SocketStreamedTraceSegment = Traced & {
  trace_id?: Int64 | undefined
} & OneOf<{
  connection: Connection
  event: SocketEvent
  events: SocketEvents
}>

/** envoy.data.tap.v3.TraceWrapper */
export type TraceWrapper = Traced & {
  configured_sample_rate?: FractionalPercent | undefined
} & OneOf<{
  http_buffered_trace: HttpBufferedTrace
  http_streamed_trace_segment: HttpStreamedTraceSegment
  socket_buffered_trace: SocketBufferedTrace
  socket_streamed_trace_segment: SocketStreamedTraceSegment
}>

/** envoy.extensions.access_loggers.file.v3.FileAccessLog */
export type FileAccessLog = Traced & {
  path?: string | undefined
} & OneOf<{
  log_format: SubstitutionFormatString
}>

/** envoy.extensions.access_loggers.filters.cel.v3.ExpressionFilter */
export type ExpressionFilter = Traced & {
  expression?: string | undefined
  cel_config?: CelExpressionConfig | undefined
}

/** envoy.extensions.access_loggers.filters.process_ratelimit.v3.DynamicTokenBucket */
export type DynamicTokenBucket = Traced & {
  resource_name?: string | undefined
  config_source?: ConfigSource | undefined
}

/** envoy.extensions.access_loggers.filters.process_ratelimit.v3.ProcessRateLimitFilter */
export type ProcessRateLimitFilter = Traced & {
  dynamic_config?: DynamicTokenBucket | undefined
}

/** envoy.extensions.access_loggers.grpc.v3.CommonGrpcAccessLogConfig */
export type CommonGrpcAccessLogConfig = Traced & {
  log_name?: string | undefined
  grpc_service?: GrpcService | undefined
  transport_api_version?: ApiVersion | undefined
  buffer_flush_interval?: Duration | undefined
  buffer_size_bytes?: number | undefined
  filter_state_objects_to_log?: readonly string[] | undefined
  grpc_stream_retry_policy?: RetryPolicy | undefined
  custom_tags?: readonly CustomTag[] | undefined
}

/** envoy.extensions.access_loggers.grpc.v3.HttpGrpcAccessLogConfig */
export type HttpGrpcAccessLogConfig = Traced & {
  common_config?: CommonGrpcAccessLogConfig | undefined
  additional_request_headers_to_log?: readonly string[] | undefined
  additional_response_headers_to_log?: readonly string[] | undefined
  additional_response_trailers_to_log?: readonly string[] | undefined
}

/** envoy.extensions.access_loggers.grpc.v3.TcpGrpcAccessLogConfig */
export type TcpGrpcAccessLogConfig = Traced & {
  common_config?: CommonGrpcAccessLogConfig | undefined
}

/** envoy.extensions.access_loggers.open_telemetry.v3.OpenTelemetryAccessLogConfig */
export type OpenTelemetryAccessLogConfig = Traced & {
  http_service?: HttpService | undefined
  grpc_service?: GrpcService | undefined
  disable_builtin_labels?: boolean | undefined
  resource_attributes?: KeyValueList | undefined
  resource_detectors?: readonly TypedExtensionConfig[] | undefined
  body?: AnyValue | undefined
  attributes?: KeyValueList | undefined
  stat_prefix?: string | undefined
  formatters?: readonly TypedExtensionConfig[] | undefined
  log_name?: string | undefined
  buffer_flush_interval?: Duration | undefined
  buffer_size_bytes?: number | undefined
  filter_state_objects_to_log?: readonly string[] | undefined
  custom_tags?: readonly CustomTag[] | undefined
}

/** envoy.extensions.access_loggers.stats.v3.Config */
export type AccessLoggersStatsConfig = Traced & {
  stats_scope?: Scope | undefined
  histograms?: readonly AccessLoggersStatsConfig_Histogram[] | undefined
  counters?: readonly AccessLoggersStatsConfig_Counter[] | undefined
  gauges?: readonly AccessLoggersStatsConfig_Gauge[] | undefined
}

/** envoy.extensions.access_loggers.stats.v3.Config.Counter */
export type AccessLoggersStatsConfig_Counter = Traced & {
  stat?: AccessLoggersStatsConfig_Stat | undefined
  value_format?: string | undefined
  value_fixed?: Int64 | undefined
}

/** envoy.extensions.access_loggers.stats.v3.Config.Gauge */
export type AccessLoggersStatsConfig_Gauge = Traced & {
  stat?: AccessLoggersStatsConfig_Stat | undefined
  value_format?: string | undefined
  value_fixed?: Int64 | undefined
  add_subtract?: AccessLoggersStatsConfig_Gauge_PairedAddSubtract | undefined
  set?: AccessLoggersStatsConfig_Gauge_Set | undefined
}

/** envoy.extensions.access_loggers.stats.v3.Config.Gauge.PairedAddSubtract */
export type AccessLoggersStatsConfig_Gauge_PairedAddSubtract = Traced & {
  add_log_type?: AccessLogType | undefined
  sub_log_type?: AccessLogType | undefined
}

/** envoy.extensions.access_loggers.stats.v3.Config.Gauge.Set */
export type AccessLoggersStatsConfig_Gauge_Set = Traced & {
  log_type?: AccessLogType | undefined
}

/** envoy.extensions.access_loggers.stats.v3.Config.Histogram */
export type AccessLoggersStatsConfig_Histogram = Traced & {
  stat?: AccessLoggersStatsConfig_Stat | undefined
  unit?: AccessLoggersStatsConfig_Histogram_Unit | undefined
  value_format?: string | undefined
}

/** envoy.extensions.access_loggers.stats.v3.Config.Stat */
export type AccessLoggersStatsConfig_Stat = Traced & {
  name?: string | undefined
  tags?: readonly AccessLoggersStatsConfig_Tag[] | undefined
}

/** envoy.extensions.access_loggers.stats.v3.Config.Tag */
export type AccessLoggersStatsConfig_Tag = Traced & {
  name?: string | undefined
  value_format?: string | undefined
  rules?: XdsMatcher | undefined
}

/** envoy.extensions.access_loggers.stream.v3.StderrAccessLog */
export type StderrAccessLog = Traced & OneOf<{
  log_format: SubstitutionFormatString
}>

/** envoy.extensions.access_loggers.stream.v3.StdoutAccessLog */
export type StdoutAccessLog = Traced & OneOf<{
  log_format: SubstitutionFormatString
}>

/** envoy.extensions.access_loggers.wasm.v3.WasmAccessLog */
export type WasmAccessLog = Traced & {
  config?: PluginConfig | undefined
}

/** envoy.extensions.bootstrap.internal_listener.v3.InternalListener */
export type InternalListener = Traced & {
  buffer_size_kb?: number | undefined
}

/** envoy.extensions.clusters.aggregate.v3.AggregateClusterResource */
export type AggregateClusterResource = Traced & {
  config_source?: ConfigSource | undefined
  resource_name?: string | undefined
}

/** envoy.extensions.clusters.aggregate.v3.ClusterConfig */
export type AggregateClusterConfig = Traced & {
  clusters?: readonly string[] | undefined
}

/** envoy.extensions.clusters.composite.v3.ClusterConfig */
export type CompositeClusterConfig = Traced & {
  clusters?: readonly CompositeClusterConfig_ClusterEntry[] | undefined
}

/** envoy.extensions.clusters.composite.v3.ClusterConfig.ClusterEntry */
export type CompositeClusterConfig_ClusterEntry = Traced & {
  name?: string | undefined
}

/** envoy.extensions.clusters.dns.v3.DnsCluster */
export type DnsCluster = Traced & {
  dns_refresh_rate?: Duration | undefined
  dns_failure_refresh_rate?: DnsCluster_RefreshRate | undefined
  respect_dns_ttl?: boolean | undefined
  dns_jitter?: Duration | undefined
  typed_dns_resolver_config?: TypedExtensionConfig | undefined
  dns_lookup_family?: DnsLookupFamily | undefined
  all_addresses_in_single_endpoint?: boolean | undefined
  dns_min_refresh_rate?: Duration | undefined
}

/** envoy.extensions.clusters.dns.v3.DnsCluster.RefreshRate */
export type DnsCluster_RefreshRate = Traced & {
  base_interval?: Duration | undefined
  max_interval?: Duration | undefined
}

/** envoy.extensions.clusters.dynamic_forward_proxy.v3.ClusterConfig */
export type DynamicForwardProxyClusterConfig = Traced & {
  allow_insecure_cluster_options?: boolean | undefined
  allow_coalesced_connections?: boolean | undefined
} & OneOf<{
  dns_cache_config: DnsCacheConfig
  sub_clusters_config: SubClustersConfig
}>

/** envoy.extensions.clusters.dynamic_forward_proxy.v3.SubClustersConfig */
export type SubClustersConfig = Traced & {
  lb_policy?: Cluster_LbPolicy | undefined
  max_sub_clusters?: number | undefined
  sub_cluster_ttl?: Duration | undefined
  preresolve_clusters?: readonly SocketAddress[] | undefined
  dns_cluster_config?: DnsCluster | undefined
}

/** envoy.extensions.clusters.original_dst.v3.OriginalDstCluster */
export type OriginalDstCluster = Traced & {
  use_http_header?: boolean | undefined
  http_header_name?: string | undefined
  upstream_port_override?: number | undefined
  metadata_key?: MetadataKey | undefined
}

/** envoy.extensions.common.async_files.v3.AsyncFileManagerConfig */
export type AsyncFileManagerConfig = Traced & {
  id?: string | undefined
} & OneOf<{
  thread_pool: AsyncFileManagerConfig_ThreadPool
}>

/** envoy.extensions.common.async_files.v3.AsyncFileManagerConfig.ThreadPool */
export type AsyncFileManagerConfig_ThreadPool = Traced & {
  thread_count?: number | undefined
}

/** envoy.extensions.common.dynamic_forward_proxy.v3.DnsCacheCircuitBreakers */
export type DnsCacheCircuitBreakers = Traced & {
  max_pending_requests?: number | undefined
}

/** envoy.extensions.common.dynamic_forward_proxy.v3.DnsCacheConfig */
export type DnsCacheConfig = Traced & {
  name?: string | undefined
  dns_lookup_family?: Cluster_DnsLookupFamily | undefined
  dns_refresh_rate?: Duration | undefined
  dns_min_refresh_rate?: Duration | undefined
  host_ttl?: Duration | undefined
  max_hosts?: number | undefined
  disable_dns_refresh_on_failure?: boolean | undefined
  dns_failure_refresh_rate?: Cluster_RefreshRate | undefined
  dns_cache_circuit_breaker?: DnsCacheCircuitBreakers | undefined
  typed_dns_resolver_config?: TypedExtensionConfig | undefined
  preresolve_hostnames?: readonly SocketAddress[] | undefined
  dns_query_timeout?: Duration | undefined
  key_value_config?: KeyValueStoreConfig | undefined
  resolved_address_filter?: AddressMatcher | undefined
}

/** envoy.extensions.common.matching.v3.ExtensionWithMatcher */
export type ExtensionWithMatcher = Traced & {
  xds_matcher?: XdsMatcher | undefined
  extension_config?: TypedExtensionConfig | undefined
}

/** envoy.extensions.common.matching.v3.ExtensionWithMatcherPerRoute */
export type ExtensionWithMatcherPerRoute = Traced & {
  xds_matcher?: XdsMatcher | undefined
}

/** envoy.extensions.common.ratelimit.v3.LocalClusterRateLimit */
export type LocalClusterRateLimit = Traced

/** envoy.extensions.common.ratelimit.v3.LocalRateLimitDescriptor */
export type LocalRateLimitDescriptor = Traced & {
  entries?: readonly RateLimitDescriptor_Entry[] | undefined
  token_bucket?: TokenBucket | undefined
  shadow_mode?: boolean | undefined
}

/** envoy.extensions.common.ratelimit.v3.RateLimitDescriptor */
export type RateLimitDescriptor = Traced & {
  entries?: readonly RateLimitDescriptor_Entry[] | undefined
  limit?: RateLimitDescriptor_RateLimitOverride | undefined
  hits_addend?: Int64 | undefined
  is_negative_hits?: boolean | undefined
}

/** envoy.extensions.common.ratelimit.v3.RateLimitDescriptor.Entry */
export type RateLimitDescriptor_Entry = Traced & {
  key?: string | undefined
  value?: string | undefined
}

/** envoy.extensions.common.ratelimit.v3.RateLimitDescriptor.RateLimitOverride */
export type RateLimitDescriptor_RateLimitOverride = Traced & {
  requests_per_unit?: number | undefined
  unit?: RateLimitUnit | undefined
  unit_multiplier?: number | undefined
}

/** envoy.extensions.common.tap.v3.AdminConfig */
export type AdminConfig = Traced & {
  config_id?: string | undefined
}

/** envoy.extensions.common.tap.v3.CommonExtensionConfig */
export type CommonExtensionConfig = Traced & OneOf<{
  admin_config: AdminConfig
  static_config: TapConfig
}>

/** envoy.extensions.compression.brotli.compressor.v3.Brotli */
export type CompressorBrotli = Traced & {
  quality?: number | undefined
  encoder_mode?: CompressorBrotli_EncoderMode | undefined
  window_bits?: number | undefined
  input_block_bits?: number | undefined
  chunk_size?: number | undefined
  disable_literal_context_modeling?: boolean | undefined
}

/** envoy.extensions.compression.brotli.decompressor.v3.Brotli */
export type DecompressorBrotli = Traced & {
  disable_ring_buffer_reallocation?: boolean | undefined
  chunk_size?: number | undefined
}

/** envoy.extensions.compression.gzip.compressor.v3.Gzip */
export type CompressorGzip = Traced & {
  memory_level?: number | undefined
  compression_level?: CompressorGzip_CompressionLevel | undefined
  compression_strategy?: CompressorGzip_CompressionStrategy | undefined
  window_bits?: number | undefined
  chunk_size?: number | undefined
}

/** envoy.extensions.compression.gzip.decompressor.v3.Gzip */
export type DecompressorGzip = Traced & {
  window_bits?: number | undefined
  chunk_size?: number | undefined
  max_inflate_ratio?: number | undefined
}

/** envoy.extensions.compression.zstd.compressor.v3.Zstd */
export type CompressorZstd = Traced & {
  compression_level?: number | undefined
  enable_checksum?: boolean | undefined
  strategy?: CompressorZstd_Strategy | undefined
  dictionary?: DataSource | undefined
  chunk_size?: number | undefined
}

/** envoy.extensions.compression.zstd.decompressor.v3.Zstd */
export type DecompressorZstd = Traced & {
  dictionaries?: readonly DataSource[] | undefined
  chunk_size?: number | undefined
}

/** envoy.extensions.config.validators.minimum_clusters.v3.MinimumClustersValidator */
export type MinimumClustersValidator = Traced & {
  min_clusters_num?: number | undefined
}

/** envoy.extensions.content_parsers.json.v3.JsonContentParser */
export type JsonContentParser = Traced & {
  rules?: readonly JsonContentParser_RuleConfig[] | undefined
}

/** envoy.extensions.content_parsers.json.v3.JsonContentParser.RuleConfig */
export type JsonContentParser_RuleConfig = Traced & {
  rule?: JsonToMetadata_Rule | undefined
  stop_processing_after_matches?: number | undefined
}

/** envoy.extensions.early_data.v3.DefaultEarlyDataPolicy */
export type DefaultEarlyDataPolicy = Traced

/** envoy.extensions.filters.common.dependency.v3.Dependency */
export type Dependency = Traced & {
  type?: Dependency_DependencyType | undefined
  name?: string | undefined
}

/** envoy.extensions.filters.common.dependency.v3.FilterDependencies */
export type FilterDependencies = Traced & {
  decode_required?: readonly Dependency[] | undefined
  decode_provided?: readonly Dependency[] | undefined
  encode_required?: readonly Dependency[] | undefined
  encode_provided?: readonly Dependency[] | undefined
}

/** envoy.extensions.filters.common.dependency.v3.MatchingRequirements */
export type MatchingRequirements = Traced & {
  data_input_allow_list?: MatchingRequirements_DataInputAllowList | undefined
}

/** envoy.extensions.filters.common.dependency.v3.MatchingRequirements.DataInputAllowList */
export type MatchingRequirements_DataInputAllowList = Traced & {
  type_url?: readonly string[] | undefined
}

/** envoy.extensions.filters.common.fault.v3.FaultDelay */
export type FaultDelay = Traced & {
  percentage?: FractionalPercent | undefined
} & OneOf<{
  fixed_delay: Duration
  header_delay: FaultDelay_HeaderDelay
}>

/** envoy.extensions.filters.common.fault.v3.FaultDelay.HeaderDelay */
export type FaultDelay_HeaderDelay = Traced

/** envoy.extensions.filters.common.fault.v3.FaultRateLimit */
export type FaultRateLimit = Traced & {
  percentage?: FractionalPercent | undefined
} & OneOf<{
  fixed_limit: FaultRateLimit_FixedLimit
  header_limit: FaultRateLimit_HeaderLimit
}>

/** envoy.extensions.filters.common.fault.v3.FaultRateLimit.FixedLimit */
export type FaultRateLimit_FixedLimit = Traced & {
  limit_kbps?: Int64 | undefined
}

/** envoy.extensions.filters.common.fault.v3.FaultRateLimit.HeaderLimit */
export type FaultRateLimit_HeaderLimit = Traced

/** envoy.extensions.filters.common.jwks.v3.JwksAsyncFetch */
export type CommonJwksAsyncFetch = Traced & {
  fast_listener?: boolean | undefined
  failed_refetch_duration?: Duration | undefined
}

/** envoy.extensions.filters.common.jwks.v3.JwtHandshakeValidator */
export type JwtHandshakeValidator = Traced & {
  issuer?: string | undefined
  audiences?: readonly string[] | undefined
  token_header?: string | undefined
  claims_metadata_namespace?: string | undefined
  allow_missing_or_failed?: boolean | undefined
  clock_skew_seconds?: number | undefined
} & OneOf<{
  local_jwks: DataSource
  remote_jwks: JwksRemoteJwks
}>

/** envoy.extensions.filters.common.jwks.v3.RemoteJwks */
export type JwksRemoteJwks = Traced & {
  http_uri?: HttpUri | undefined
  cache_duration?: Duration | undefined
  async_fetch?: CommonJwksAsyncFetch | undefined
  retry_policy?: RetryPolicy | undefined
}

/** envoy.extensions.filters.common.matcher.action.v3.SkipFilter */
export type SkipFilter = Traced

/** envoy.extensions.filters.common.set_filter_state.v3.FilterStateValue */
export type FilterStateValue = Traced & {
  factory_key?: string | undefined
  shared_with_upstream?: FilterStateValue_SharedWithUpstream | undefined
  skip_if_empty?: boolean | undefined
} & OneOf<{
  object_key: string
}> & OneOf<{
  format_string: SubstitutionFormatString
}>

/** envoy.extensions.filters.http.adaptive_concurrency.v3.AdaptiveConcurrency */
export type AdaptiveConcurrency = Traced & {
  enabled?: RuntimeFeatureFlag | undefined
  concurrency_limit_exceeded_status?: HttpStatus | undefined
} & OneOf<{
  gradient_controller_config: GradientControllerConfig
}>

/** envoy.extensions.filters.http.adaptive_concurrency.v3.GradientControllerConfig */
export type GradientControllerConfig = Traced & {
  sample_aggregate_percentile?: Percent | undefined
  concurrency_limit_params?: GradientControllerConfig_ConcurrencyLimitCalculationParams | undefined
  min_rtt_calc_params?: GradientControllerConfig_MinimumRTTCalculationParams | undefined
}

/** envoy.extensions.filters.http.adaptive_concurrency.v3.GradientControllerConfig.ConcurrencyLimitCalculationParams */
export type GradientControllerConfig_ConcurrencyLimitCalculationParams = Traced & {
  max_concurrency_limit?: number | undefined
  concurrency_update_interval?: Duration | undefined
  min_concurrency_limit?: number | undefined
}

/** envoy.extensions.filters.http.adaptive_concurrency.v3.GradientControllerConfig.MinimumRTTCalculationParams */
export type GradientControllerConfig_MinimumRTTCalculationParams = Traced & {
  interval?: Duration | undefined
  fixed_value?: Duration | undefined
  request_count?: number | undefined
  jitter?: Percent | undefined
  min_concurrency?: number | undefined
  buffer?: Percent | undefined
}

/** envoy.extensions.filters.http.admission_control.v3.AdmissionControl */
export type AdmissionControl = Traced & {
  enabled?: RuntimeFeatureFlag | undefined
  sampling_window?: Duration | undefined
  aggression?: RuntimeDouble | undefined
  sr_threshold?: RuntimePercent | undefined
  rps_threshold?: RuntimeUInt32 | undefined
  max_rejection_probability?: RuntimePercent | undefined
} & OneOf<{
  success_criteria: AdmissionControl_SuccessCriteria
}>

/** envoy.extensions.filters.http.admission_control.v3.AdmissionControl.SuccessCriteria */
export type AdmissionControl_SuccessCriteria = Traced & {
  http_criteria?: AdmissionControl_SuccessCriteria_HttpCriteria | undefined
  grpc_criteria?: AdmissionControl_SuccessCriteria_GrpcCriteria | undefined
}

/** envoy.extensions.filters.http.admission_control.v3.AdmissionControl.SuccessCriteria.GrpcCriteria */
export type AdmissionControl_SuccessCriteria_GrpcCriteria = Traced & {
  grpc_success_status?: readonly number[] | undefined
}

/** envoy.extensions.filters.http.admission_control.v3.AdmissionControl.SuccessCriteria.HttpCriteria */
export type AdmissionControl_SuccessCriteria_HttpCriteria = Traced & {
  http_success_status?: readonly Int32Range[] | undefined
}

/** envoy.extensions.filters.http.alternate_protocols_cache.v3.FilterConfig */
export type AlternateProtocolsCacheFilterConfig = Traced

/** envoy.extensions.filters.http.api_key_auth.v3.ApiKeyAuth */
export type ApiKeyAuth = Traced & {
  credentials?: readonly Credential[] | undefined
  key_sources?: readonly KeySource[] | undefined
  forwarding?: Forwarding | undefined
}

/** envoy.extensions.filters.http.api_key_auth.v3.ApiKeyAuthPerRoute */
export type ApiKeyAuthPerRoute = Traced & {
  credentials?: readonly Credential[] | undefined
  key_sources?: readonly KeySource[] | undefined
  allowed_clients?: readonly string[] | undefined
  forwarding?: Forwarding | undefined
}

/** envoy.extensions.filters.http.api_key_auth.v3.Credential */
export type Credential = Traced & {
  key?: string | undefined
  client?: string | undefined
}

/** envoy.extensions.filters.http.api_key_auth.v3.Forwarding */
export type Forwarding = Traced & {
  header?: string | undefined
  hide_credentials?: boolean | undefined
}

/** envoy.extensions.filters.http.api_key_auth.v3.KeySource */
export type KeySource = Traced & {
  header?: string | undefined
  query?: string | undefined
  cookie?: string | undefined
}

/** envoy.extensions.filters.http.bandwidth_limit.v3.BandwidthLimit */
export type BandwidthLimit = Traced & {
  stat_prefix?: string | undefined
  enable_mode?: BandwidthLimit_EnableMode | undefined
  limit_kbps?: Int64 | undefined
  fill_interval?: Duration | undefined
  runtime_enabled?: RuntimeFeatureFlag | undefined
  enable_response_trailers?: boolean | undefined
  response_trailer_prefix?: string | undefined
}

/** envoy.extensions.filters.http.bandwidth_share.v3.BandwidthShare */
export type BandwidthShare = Traced & {
  request_limit?: BandwidthShare_Limit | undefined
  response_limit?: BandwidthShare_Limit | undefined
  fill_interval?: Duration | undefined
  enable_response_trailers?: boolean | undefined
  response_trailer_prefix?: string | undefined
  tenant_name_selector?: XdsMatcher | undefined
  tenant_configs?: { [key: string]: BandwidthShare_TenantConfig } | undefined
  default_tenant_config?: BandwidthShare_TenantConfig | undefined
}

/** envoy.extensions.filters.http.bandwidth_share.v3.BandwidthShare.Limit */
export type BandwidthShare_Limit = Traced & {
  bucket_id?: string | undefined
  kbps?: RuntimeUInt32 | undefined
}

/** envoy.extensions.filters.http.bandwidth_share.v3.BandwidthShare.TenantConfig */
export type BandwidthShare_TenantConfig = Traced & {
  weight?: number | undefined
  include_stats_tag?: boolean | undefined
}

/** envoy.extensions.filters.http.basic_auth.v3.BasicAuth */
export type BasicAuth = Traced & {
  users?: DataSource | undefined
  forward_username_header?: string | undefined
  authentication_header?: string | undefined
  allow_missing?: boolean | undefined
  emit_dynamic_metadata?: boolean | undefined
  realm?: string | undefined
}

/** envoy.extensions.filters.http.basic_auth.v3.BasicAuthPerRoute */
export type BasicAuthPerRoute = Traced & {
  users?: DataSource | undefined
  realm?: string | undefined
}

/** envoy.extensions.filters.http.body_size_limit.v3.BodySizeLimit */
export type BodySizeLimit = Traced & {
  max_request_bytes?: Int64 | undefined
}

/** envoy.extensions.filters.http.buffer.v3.Buffer */
export type Buffer = Traced & {
  max_request_bytes?: number | undefined
}

/** envoy.extensions.filters.http.buffer.v3.BufferPerRoute */
export type BufferPerRoute = Traced & OneOf<{
  disabled: boolean
  buffer: Buffer
}>

/** envoy.extensions.filters.http.cache.v3.CacheConfig */
export type CacheConfig = Traced & {
  typed_config?: Any | undefined
  disabled?: boolean | undefined
  allowed_vary_headers?: readonly StringMatcher[] | undefined
  key_creator_params?: CacheConfig_KeyCreatorParams | undefined
  max_body_bytes?: number | undefined
  ignore_request_cache_control_header?: boolean | undefined
}

/** envoy.extensions.filters.http.cache.v3.CacheConfig.KeyCreatorParams */
export type CacheConfig_KeyCreatorParams = Traced & {
  exclude_scheme?: boolean | undefined
  exclude_host?: boolean | undefined
  query_parameters_included?: readonly QueryParameterMatcher[] | undefined
  query_parameters_excluded?: readonly QueryParameterMatcher[] | undefined
}

/** envoy.extensions.filters.http.cache_v2.v3.CacheV2Config */
export type CacheV2Config = Traced & {
  typed_config?: Any | undefined
  disabled?: boolean | undefined
  allowed_vary_headers?: readonly StringMatcher[] | undefined
  key_creator_params?: CacheV2Config_KeyCreatorParams | undefined
  max_body_bytes?: number | undefined
  ignore_request_cache_control_header?: boolean | undefined
  override_upstream_cluster?: string | undefined
}

/** envoy.extensions.filters.http.cache_v2.v3.CacheV2Config.KeyCreatorParams */
export type CacheV2Config_KeyCreatorParams = Traced & {
  exclude_scheme?: boolean | undefined
  exclude_host?: boolean | undefined
  query_parameters_included?: readonly QueryParameterMatcher[] | undefined
  query_parameters_excluded?: readonly QueryParameterMatcher[] | undefined
}

/** envoy.extensions.filters.http.cdn_loop.v3.CdnLoopConfig */
export type CdnLoopConfig = Traced & {
  cdn_id?: string | undefined
  max_allowed_occurrences?: number | undefined
}

/** envoy.extensions.filters.http.composite.v3.Composite */
export type Composite = Traced & {
  named_filter_chains?: { [key: string]: FilterChainConfiguration } | undefined
  matcher?: XdsMatcher | undefined
}

/** envoy.extensions.filters.http.composite.v3.CompositePerRoute */
export type CompositePerRoute = Traced & {
  matcher?: XdsMatcher | undefined
}

/** envoy.extensions.filters.http.composite.v3.DynamicConfig */
export type DynamicConfig = Traced & {
  name?: string | undefined
  config_discovery?: ExtensionConfigSource | undefined
}

/** envoy.extensions.filters.http.composite.v3.ExecuteFilterAction */
export type ExecuteFilterAction = Traced & {
  typed_config?: TypedExtensionConfig | undefined
  dynamic_config?: DynamicConfig | undefined
  filter_chain?: FilterChainConfiguration | undefined
  filter_chain_name?: string | undefined
  sample_percent?: RuntimeFractionalPercent | undefined
}

/** envoy.extensions.filters.http.composite.v3.FilterChainConfiguration */
export type FilterChainConfiguration = Traced & {
  typed_config?: readonly TypedExtensionConfig[] | undefined
}

/** envoy.extensions.filters.http.compressor.v3.Compressor */
export type Compressor = Traced & {
  compressor_library?: TypedExtensionConfig | undefined
  request_direction_config?: Compressor_RequestDirectionConfig | undefined
  response_direction_config?: Compressor_ResponseDirectionConfig | undefined
  choose_first?: boolean | undefined
}

/** envoy.extensions.filters.http.compressor.v3.Compressor.CommonDirectionConfig */
export type Compressor_CommonDirectionConfig = Traced & {
  enabled?: RuntimeFeatureFlag | undefined
  min_content_length?: number | undefined
  content_type_matcher?: readonly StringMatcher[] | undefined
}

/** envoy.extensions.filters.http.compressor.v3.Compressor.RequestDirectionConfig */
export type Compressor_RequestDirectionConfig = Traced & {
  common_config?: Compressor_CommonDirectionConfig | undefined
}

/** envoy.extensions.filters.http.compressor.v3.Compressor.ResponseDirectionConfig */
export type Compressor_ResponseDirectionConfig = Traced & {
  common_config?: Compressor_CommonDirectionConfig | undefined
  disable_on_etag_header?: boolean | undefined
  weaken_etag_on_compress?: boolean | undefined
  remove_accept_encoding_header?: boolean | undefined
  uncompressible_response_codes?: readonly number[] | undefined
  status_header_enabled?: boolean | undefined
}

/** envoy.extensions.filters.http.compressor.v3.CompressorOverrides */
export type CompressorOverrides = Traced & {
  response_direction_config?: ResponseDirectionOverrides | undefined
  compressor_library?: TypedExtensionConfig | undefined
}

/** envoy.extensions.filters.http.compressor.v3.CompressorPerRoute */
export type CompressorPerRoute = Traced & OneOf<{
  disabled: boolean
  overrides: CompressorOverrides
}>

/** envoy.extensions.filters.http.compressor.v3.ResponseDirectionOverrides */
export type ResponseDirectionOverrides = Traced & {
  remove_accept_encoding_header?: boolean | undefined
}

/** envoy.extensions.filters.http.connect_grpc_bridge.v3.FilterConfig */
export type ConnectGrpcBridgeFilterConfig = Traced

/** envoy.extensions.filters.http.cors.v3.Cors */
export type Cors = Traced

/** envoy.extensions.filters.http.cors.v3.CorsPolicy */
export type HttpCorsPolicy = Traced & {
  allow_origin_string_match?: readonly StringMatcher[] | undefined
  allow_methods?: string | undefined
  allow_headers?: string | undefined
  expose_headers?: string | undefined
  max_age?: string | undefined
  allow_credentials?: boolean | undefined
  filter_enabled?: RuntimeFractionalPercent | undefined
  shadow_enabled?: RuntimeFractionalPercent | undefined
  allow_private_network_access?: boolean | undefined
  forward_not_matching_preflights?: boolean | undefined
}

/** envoy.extensions.filters.http.credential_injector.v3.CredentialInjector */
export type CredentialInjector = Traced & {
  overwrite?: boolean | undefined
  allow_request_without_credential?: boolean | undefined
  credential?: TypedExtensionConfig | undefined
}

/** envoy.extensions.filters.http.csrf.v3.CsrfPolicy */
export type CsrfPolicy = Traced & {
  filter_enabled?: RuntimeFractionalPercent | undefined
  shadow_enabled?: RuntimeFractionalPercent | undefined
  additional_origins?: readonly StringMatcher[] | undefined
}

/** envoy.extensions.filters.http.custom_response.v3.CustomResponse */
export type CustomResponse = Traced & {
  custom_response_matcher?: XdsMatcher | undefined
}

/** envoy.extensions.filters.http.decompressor.v3.Decompressor */
export type Decompressor = Traced & {
  decompressor_library?: TypedExtensionConfig | undefined
  request_direction_config?: Decompressor_RequestDirectionConfig | undefined
  response_direction_config?: Decompressor_ResponseDirectionConfig | undefined
}

/** envoy.extensions.filters.http.decompressor.v3.Decompressor.CommonDirectionConfig */
export type Decompressor_CommonDirectionConfig = Traced & {
  enabled?: RuntimeFeatureFlag | undefined
  ignore_no_transform_header?: boolean | undefined
}

/** envoy.extensions.filters.http.decompressor.v3.Decompressor.RequestDirectionConfig */
export type Decompressor_RequestDirectionConfig = Traced & {
  common_config?: Decompressor_CommonDirectionConfig | undefined
  advertise_accept_encoding?: boolean | undefined
}

/** envoy.extensions.filters.http.decompressor.v3.Decompressor.ResponseDirectionConfig */
export type Decompressor_ResponseDirectionConfig = Traced & {
  common_config?: Decompressor_CommonDirectionConfig | undefined
}

/** envoy.extensions.filters.http.dynamic_forward_proxy.v3.FilterConfig */
export type DynamicForwardProxyFilterConfig = Traced & {
  save_upstream_address?: boolean | undefined
  allow_dynamic_host_from_filter_state?: boolean | undefined
} & OneOf<{
  dns_cache_config: DnsCacheConfig
  sub_cluster_config: SubClusterConfig
}>

/** envoy.extensions.filters.http.dynamic_forward_proxy.v3.PerRouteConfig */
export type DynamicForwardProxyPerRouteConfig = Traced & OneOf<{
  host_rewrite_literal: string
  host_rewrite_header: string
}>

/** envoy.extensions.filters.http.dynamic_forward_proxy.v3.SubClusterConfig */
export type SubClusterConfig = Traced & {
  cluster_init_timeout?: Duration | undefined
}

/** envoy.extensions.filters.http.ext_authz.v3.AuthorizationRequest */
export type AuthorizationRequest = Traced & {
  headers_to_add?: readonly HeaderValue[] | undefined
}

/** envoy.extensions.filters.http.ext_authz.v3.AuthorizationResponse */
export type AuthorizationResponse = Traced & {
  allowed_upstream_headers?: ListStringMatcher | undefined
  allowed_upstream_headers_to_append?: ListStringMatcher | undefined
  allowed_client_headers?: ListStringMatcher | undefined
  allowed_client_headers_on_success?: ListStringMatcher | undefined
  dynamic_metadata_from_headers?: ListStringMatcher | undefined
}

/** envoy.extensions.filters.http.ext_authz.v3.BufferSettings */
export type BufferSettings = Traced & {
  max_request_bytes?: number | undefined
  allow_partial_message?: boolean | undefined
  pack_as_bytes?: boolean | undefined
}

/** envoy.extensions.filters.http.ext_authz.v3.CheckSettings */
export type CheckSettings = Traced & {
  context_extensions?: { [key: string]: string } | undefined
  disable_request_body_buffering?: boolean | undefined
  with_request_body?: BufferSettings | undefined
  emit_client_span?: boolean | undefined
} & OneOf<{
  grpc_service: GrpcService
  http_service: ExtAuthzHttpService
}>

/** envoy.extensions.filters.http.ext_authz.v3.ExtAuthz */
export type HttpExtAuthz = Traced & {
  transport_api_version?: ApiVersion | undefined
  failure_mode_allow?: boolean | undefined
  failure_mode_allow_header_add?: boolean | undefined
  with_request_body?: BufferSettings | undefined
  clear_route_cache?: boolean | undefined
  clear_route_cache_headers?: readonly string[] | undefined
  status_on_error?: HttpStatus | undefined
  validate_mutations?: boolean | undefined
  metadata_context_namespaces?: readonly string[] | undefined
  typed_metadata_context_namespaces?: readonly string[] | undefined
  route_metadata_context_namespaces?: readonly string[] | undefined
  route_typed_metadata_context_namespaces?: readonly string[] | undefined
  filter_enabled?: RuntimeFractionalPercent | undefined
  filter_enabled_metadata?: MetadataMatcher | undefined
  deny_at_disable?: RuntimeFeatureFlag | undefined
  include_peer_certificate?: boolean | undefined
  stat_prefix?: string | undefined
  bootstrap_metadata_labels_key?: string | undefined
  allowed_headers?: ListStringMatcher | undefined
  disallowed_headers?: ListStringMatcher | undefined
  include_tls_session?: boolean | undefined
  charge_cluster_response_stats?: boolean | undefined
  encode_raw_headers?: boolean | undefined
  decoder_header_mutation_rules?: HeaderMutationRules | undefined
  enable_dynamic_metadata_ingestion?: boolean | undefined
  filter_metadata?: Struct | undefined
  emit_filter_state_stats?: boolean | undefined
  max_denied_response_body_bytes?: number | undefined
  enforce_response_header_limits?: boolean | undefined
  shadow_mode?: boolean | undefined
  emit_client_span?: boolean | undefined
} & OneOf<{
  grpc_service: GrpcService
  http_service: ExtAuthzHttpService
}>

/** envoy.extensions.filters.http.ext_authz.v3.ExtAuthzPerRoute */
export type ExtAuthzPerRoute = Traced & OneOf<{
  disabled: boolean
  check_settings: CheckSettings
}>

/** envoy.extensions.filters.http.ext_authz.v3.HttpService */
export type ExtAuthzHttpService = Traced & {
  server_uri?: HttpUri | undefined
  path_prefix?: string | undefined
  path_override?: string | undefined
  authorization_request?: AuthorizationRequest | undefined
  authorization_response?: AuthorizationResponse | undefined
  retry_policy?: RetryPolicy | undefined
}

/** envoy.extensions.filters.http.ext_authz.v3.ShadowDecision */
export type ShadowDecision = Traced & {
  check_result?: ShadowDecision_CheckResult | undefined
  status_code?: number | undefined
  response_headers?: readonly HeaderValue[] | undefined
}

/** envoy.extensions.filters.http.ext_proc.v3.ExtProcHttpService */
export type ExtProcHttpService = Traced & {
  http_service?: HttpService | undefined
}

/** envoy.extensions.filters.http.ext_proc.v3.ExtProcOverrides */
export type ExtProcOverrides = Traced & {
  processing_mode?: HttpExtProcProcessingMode | undefined
  request_attributes?: readonly string[] | undefined
  response_attributes?: readonly string[] | undefined
  grpc_service?: GrpcService | undefined
  metadata_options?: HttpExtProcMetadataOptions | undefined
  grpc_initial_metadata?: readonly HeaderValue[] | undefined
  failure_mode_allow?: boolean | undefined
  processing_request_modifier?: TypedExtensionConfig | undefined
  emit_client_span?: boolean | undefined
}

/** envoy.extensions.filters.http.ext_proc.v3.ExtProcPerRoute */
export type ExtProcPerRoute = Traced & OneOf<{
  disabled: boolean
  overrides: ExtProcOverrides
}>

/** envoy.extensions.filters.http.ext_proc.v3.ExternalProcessor */
export type ExternalProcessor = Traced & {
  grpc_service?: GrpcService | undefined
  http_service?: ExtProcHttpService | undefined
  failure_mode_allow?: boolean | undefined
  processing_mode?: HttpExtProcProcessingMode | undefined
  request_attributes?: readonly string[] | undefined
  response_attributes?: readonly string[] | undefined
  message_timeout?: Duration | undefined
  stat_prefix?: string | undefined
  mutation_rules?: HeaderMutationRules | undefined
  max_message_timeout?: Duration | undefined
  forward_rules?: HeaderForwardingRules | undefined
  filter_metadata?: Struct | undefined
  allow_mode_override?: boolean | undefined
  disable_immediate_response?: boolean | undefined
  metadata_options?: HttpExtProcMetadataOptions | undefined
  observability_mode?: boolean | undefined
  disable_clear_route_cache?: boolean | undefined
  route_cache_action?: ExternalProcessor_RouteCacheAction | undefined
  deferred_close_timeout?: Duration | undefined
  send_body_without_waiting_for_header_response?: boolean | undefined
  allowed_override_modes?: readonly HttpExtProcProcessingMode[] | undefined
  processing_request_modifier?: TypedExtensionConfig | undefined
  on_processing_response?: TypedExtensionConfig | undefined
  status_on_error?: HttpStatus | undefined
  allow_content_length_header?: boolean | undefined
  emit_client_span?: boolean | undefined
}

/** envoy.extensions.filters.http.ext_proc.v3.HeaderForwardingRules */
export type HeaderForwardingRules = Traced & {
  allowed_headers?: ListStringMatcher | undefined
  disallowed_headers?: ListStringMatcher | undefined
}

/** envoy.extensions.filters.http.ext_proc.v3.MetadataOptions */
export type HttpExtProcMetadataOptions = Traced & {
  forwarding_namespaces?: HttpExtProcMetadataOptions_MetadataNamespaces | undefined
  receiving_namespaces?: HttpExtProcMetadataOptions_MetadataNamespaces | undefined
  cluster_metadata_forwarding_namespaces?: HttpExtProcMetadataOptions_MetadataNamespaces | undefined
}

/** envoy.extensions.filters.http.ext_proc.v3.MetadataOptions.MetadataNamespaces */
export type HttpExtProcMetadataOptions_MetadataNamespaces = Traced & {
  untyped?: readonly string[] | undefined
  typed?: readonly string[] | undefined
}

/** envoy.extensions.filters.http.ext_proc.v3.ProcessingMode */
export type HttpExtProcProcessingMode = Traced & {
  request_header_mode?: HttpExtProcProcessingMode_HeaderSendMode | undefined
  response_header_mode?: HttpExtProcProcessingMode_HeaderSendMode | undefined
  request_body_mode?: HttpExtProcProcessingMode_BodySendMode | undefined
  response_body_mode?: HttpExtProcProcessingMode_BodySendMode | undefined
  request_trailer_mode?: HttpExtProcProcessingMode_HeaderSendMode | undefined
  response_trailer_mode?: HttpExtProcProcessingMode_HeaderSendMode | undefined
}

/** envoy.extensions.filters.http.fault.v3.FaultAbort */
export type FaultAbort = Traced & {
  percentage?: FractionalPercent | undefined
  response_body?: string | undefined
} & OneOf<{
  http_status: number
  grpc_status: number
  header_abort: FaultAbort_HeaderAbort
}>

/** envoy.extensions.filters.http.fault.v3.FaultAbort.HeaderAbort */
export type FaultAbort_HeaderAbort = Traced

/** envoy.extensions.filters.http.fault.v3.HTTPFault */
export type HTTPFault = Traced & {
  delay?: FaultDelay | undefined
  abort?: FaultAbort | undefined
  upstream_cluster?: string | undefined
  headers?: readonly HeaderMatcher[] | undefined
  downstream_nodes?: readonly string[] | undefined
  max_active_faults?: number | undefined
  response_rate_limit?: FaultRateLimit | undefined
  delay_percent_runtime?: string | undefined
  abort_percent_runtime?: string | undefined
  delay_duration_runtime?: string | undefined
  abort_http_status_runtime?: string | undefined
  max_active_faults_runtime?: string | undefined
  response_rate_limit_percent_runtime?: string | undefined
  abort_grpc_status_runtime?: string | undefined
  disable_downstream_cluster_stats?: boolean | undefined
  filter_metadata?: Struct | undefined
}

/** envoy.extensions.filters.http.file_server.v3.FileServerConfig */
export type FileServerConfig = Traced & {
  manager_config?: AsyncFileManagerConfig | undefined
  path_mappings?: readonly FileServerConfig_PathMapping[] | undefined
  content_types?: { [key: string]: string } | undefined
  default_content_type?: string | undefined
  directory_behaviors?: readonly FileServerConfig_DirectoryBehavior[] | undefined
}

/** envoy.extensions.filters.http.file_server.v3.FileServerConfig.DirectoryBehavior */
export type FileServerConfig_DirectoryBehavior = Traced & {
  default_file?: string | undefined
  list?: FileServerConfig_DirectoryBehavior_List | undefined
}

/** envoy.extensions.filters.http.file_server.v3.FileServerConfig.DirectoryBehavior.List */
export type FileServerConfig_DirectoryBehavior_List = Traced

/** envoy.extensions.filters.http.file_server.v3.FileServerConfig.PathMapping */
export type FileServerConfig_PathMapping = Traced & {
  request_path_prefix?: string | undefined
  file_path_prefix?: string | undefined
}

/** envoy.extensions.filters.http.filter_chain.v3.FilterChain */
export type HttpFilterChain = Traced & {
  filters?: readonly TypedExtensionConfig[] | undefined
}

/** envoy.extensions.filters.http.filter_chain.v3.FilterChainConfig */
export type FilterChainConfig = Traced & {
  default_filter_chain?: HttpFilterChain | undefined
}

/** envoy.extensions.filters.http.filter_chain.v3.FilterChainConfigPerRoute */
export type FilterChainConfigPerRoute = Traced & {
  filter_chain?: HttpFilterChain | undefined
}

/** envoy.extensions.filters.http.grpc_field_extraction.v3.FieldExtractions */
export type FieldExtractions = Traced & {
  request_field_extractions?: { [key: string]: RequestFieldValueDisposition } | undefined
}

/** envoy.extensions.filters.http.grpc_field_extraction.v3.GrpcFieldExtractionConfig */
export type GrpcFieldExtractionConfig = Traced & {
  descriptor_set?: DataSource | undefined
  extractions_by_method?: { [key: string]: FieldExtractions } | undefined
}

/** envoy.extensions.filters.http.grpc_field_extraction.v3.RequestFieldValueDisposition */
export type RequestFieldValueDisposition = Traced & {
  metadata_key?: string | undefined
} & OneOf<{
  dynamic_metadata: string
}>

/** envoy.extensions.filters.http.grpc_http1_bridge.v3.Config */
export type GrpcHttp1BridgeConfig = Traced & {
  upgrade_protobuf_to_grpc?: boolean | undefined
  ignore_query_parameters?: boolean | undefined
}

/** envoy.extensions.filters.http.grpc_json_transcoder.v3.GrpcJsonTranscoder */
export type GrpcJsonTranscoder = Traced & {
  services?: readonly string[] | undefined
  print_options?: GrpcJsonTranscoder_PrintOptions | undefined
  match_incoming_request_route?: boolean | undefined
  ignored_query_parameters?: readonly string[] | undefined
  auto_mapping?: boolean | undefined
  ignore_unknown_query_parameters?: boolean | undefined
  convert_grpc_status?: boolean | undefined
  url_unescape_spec?: GrpcJsonTranscoder_UrlUnescapeSpec | undefined
  query_param_unescape_plus?: boolean | undefined
  match_unregistered_custom_verb?: boolean | undefined
  request_validation_options?: GrpcJsonTranscoder_RequestValidationOptions | undefined
  case_insensitive_enum_parsing?: boolean | undefined
  max_request_body_size?: number | undefined
  max_response_body_size?: number | undefined
  capture_unknown_query_parameters?: boolean | undefined
} & OneOf<{
  proto_descriptor: string
  proto_descriptor_bin: Bytes
}>

/** envoy.extensions.filters.http.grpc_json_transcoder.v3.GrpcJsonTranscoder.PrintOptions */
export type GrpcJsonTranscoder_PrintOptions = Traced & {
  add_whitespace?: boolean | undefined
  always_print_primitive_fields?: boolean | undefined
  always_print_enums_as_ints?: boolean | undefined
  preserve_proto_field_names?: boolean | undefined
  stream_newline_delimited?: boolean | undefined
  stream_sse_style_delimited?: boolean | undefined
}

/** envoy.extensions.filters.http.grpc_json_transcoder.v3.GrpcJsonTranscoder.RequestValidationOptions */
export type GrpcJsonTranscoder_RequestValidationOptions = Traced & {
  reject_unknown_method?: boolean | undefined
  reject_unknown_query_parameters?: boolean | undefined
  reject_binding_body_field_collisions?: boolean | undefined
}

/** envoy.extensions.filters.http.grpc_json_transcoder.v3.UnknownQueryParams */
export type UnknownQueryParams = Traced & {
  key?: { [key: string]: UnknownQueryParams_Values } | undefined
}

/** envoy.extensions.filters.http.grpc_json_transcoder.v3.UnknownQueryParams.Values */
export type UnknownQueryParams_Values = Traced & {
  values?: readonly string[] | undefined
}

/** envoy.extensions.filters.http.grpc_stats.v3.FilterConfig */
export type GrpcStatsFilterConfig = Traced & {
  emit_filter_state?: boolean | undefined
  enable_upstream_stats?: boolean | undefined
  replace_dots_in_grpc_service_name?: boolean | undefined
} & OneOf<{
  individual_method_stats_allowlist: GrpcMethodList
  stats_for_all_methods: boolean
}>

/** envoy.extensions.filters.http.grpc_stats.v3.FilterObject */
export type FilterObject = Traced & {
  request_message_count?: Int64 | undefined
  response_message_count?: Int64 | undefined
}

/** envoy.extensions.filters.http.grpc_web.v3.GrpcWeb */
export type GrpcWeb = Traced

/** envoy.extensions.filters.http.gzip.v3.Gzip */
export type HttpGzip = Traced & {
  memory_level?: number | undefined
  compression_level?: HttpGzip_CompressionLevel_Enum | undefined
  compression_strategy?: HttpGzip_CompressionStrategy | undefined
  window_bits?: number | undefined
  compressor?: Compressor | undefined
  chunk_size?: number | undefined
}

/** envoy.extensions.filters.http.gzip.v3.Gzip.CompressionLevel */
export type HttpGzip_CompressionLevel = Traced

/** envoy.extensions.filters.http.header_mutation.v3.HeaderMutation */
export type HttpHeaderMutation = Traced & {
  mutations?: Mutations | undefined
  most_specific_header_mutations_wins?: boolean | undefined
}

/** envoy.extensions.filters.http.header_mutation.v3.HeaderMutationPerRoute */
export type HeaderMutationPerRoute = Traced & {
  mutations?: Mutations | undefined
}

/** envoy.extensions.filters.http.header_mutation.v3.Mutations */
export type Mutations = Traced & {
  request_mutations?: readonly MutationRulesHeaderMutation[] | undefined
  query_parameter_mutations?: readonly KeyValueMutation[] | undefined
  response_mutations?: readonly MutationRulesHeaderMutation[] | undefined
  response_trailers_mutations?: readonly MutationRulesHeaderMutation[] | undefined
  request_trailers_mutations?: readonly MutationRulesHeaderMutation[] | undefined
  formatters?: readonly TypedExtensionConfig[] | undefined
}

/** envoy.extensions.filters.http.header_to_metadata.v3.Config */
export type HeaderToMetadataConfig = Traced & {
  request_rules?: readonly HeaderToMetadataConfig_Rule[] | undefined
  response_rules?: readonly HeaderToMetadataConfig_Rule[] | undefined
  stat_prefix?: string | undefined
}

/** envoy.extensions.filters.http.header_to_metadata.v3.Config.KeyValuePair */
export type HeaderToMetadataConfig_KeyValuePair = Traced & {
  metadata_namespace?: string | undefined
  key?: string | undefined
  value?: string | undefined
  regex_value_rewrite?: RegexMatchAndSubstitute | undefined
  type?: HeaderToMetadataConfig_ValueType | undefined
  encode?: HeaderToMetadataConfig_ValueEncode | undefined
}

/** envoy.extensions.filters.http.header_to_metadata.v3.Config.Rule */
export type HeaderToMetadataConfig_Rule = Traced & {
  header?: string | undefined
  cookie?: string | undefined
  on_header_present?: HeaderToMetadataConfig_KeyValuePair | undefined
  on_header_missing?: HeaderToMetadataConfig_KeyValuePair | undefined
  remove?: boolean | undefined
}

/** envoy.extensions.filters.http.health_check.v3.HealthCheck */
export type HttpHealthCheck = Traced & {
  pass_through_mode?: boolean | undefined
  cache_time?: Duration | undefined
  cluster_min_healthy_percentages?: { [key: string]: Percent } | undefined
  headers?: readonly HeaderMatcher[] | undefined
}

/** envoy.extensions.filters.http.ip_tagging.v3.IPTagging */
export type IPTagging = Traced & {
  request_type?: IPTagging_RequestType | undefined
  ip_tags?: readonly IPTagging_IPTag[] | undefined
  ip_tag_header?: IPTagging_IpTagHeader | undefined
  ip_tags_datasource?: DataSource | undefined
}

/** envoy.extensions.filters.http.ip_tagging.v3.IPTagging.IPTag */
export type IPTagging_IPTag = Traced & {
  ip_tag_name?: string | undefined
  ip_list?: readonly CidrRange[] | undefined
}

/** envoy.extensions.filters.http.ip_tagging.v3.IPTagging.IPTags */
export type IPTagging_IPTags = Traced & {
  ip_tags?: readonly IPTagging_IPTag[] | undefined
}

/** envoy.extensions.filters.http.ip_tagging.v3.IPTagging.IpTagHeader */
export type IPTagging_IpTagHeader = Traced & {
  header?: string | undefined
  action?: IPTagging_IpTagHeader_HeaderAction | undefined
}

/** envoy.extensions.filters.http.json_to_metadata.v3.JsonToMetadata */
export type JsonToMetadata = Traced & {
  request_rules?: JsonToMetadata_MatchRules | undefined
  response_rules?: JsonToMetadata_MatchRules | undefined
}

/** envoy.extensions.filters.http.json_to_metadata.v3.JsonToMetadata.KeyValuePair */
export type JsonToMetadata_KeyValuePair = Traced & {
  metadata_namespace?: string | undefined
  key?: string | undefined
  type?: JsonToMetadata_ValueType | undefined
  preserve_existing_metadata_value?: boolean | undefined
} & OneOf<{
  value: Json
}>

/** envoy.extensions.filters.http.json_to_metadata.v3.JsonToMetadata.MatchRules */
export type JsonToMetadata_MatchRules = Traced & {
  rules?: readonly JsonToMetadata_Rule[] | undefined
  allow_content_types?: readonly string[] | undefined
  allow_empty_content_type?: boolean | undefined
  allow_content_types_regex?: RegexMatcher | undefined
}

/** envoy.extensions.filters.http.json_to_metadata.v3.JsonToMetadata.Rule */
export type JsonToMetadata_Rule = Traced & {
  selectors?: readonly JsonToMetadata_Selector[] | undefined
  on_present?: JsonToMetadata_KeyValuePair | undefined
  on_missing?: JsonToMetadata_KeyValuePair | undefined
  on_error?: JsonToMetadata_KeyValuePair | undefined
}

/** envoy.extensions.filters.http.json_to_metadata.v3.JsonToMetadata.Selector */
export type JsonToMetadata_Selector = Traced & OneOf<{
  key: string
}>

/** envoy.extensions.filters.http.jwt_authn.v3.ExtractOnlyWithoutValidation */
export type ExtractOnlyWithoutValidation = Traced & {
  verification_status_header?: string | undefined
}

/** envoy.extensions.filters.http.jwt_authn.v3.FilterStateRule */
export type FilterStateRule = Traced & {
  name?: string | undefined
  requires?: { [key: string]: JwtRequirement } | undefined
}

/** envoy.extensions.filters.http.jwt_authn.v3.JwksAsyncFetch */
export type JwtAuthnJwksAsyncFetch = Traced & {
  fast_listener?: boolean | undefined
  failed_refetch_duration?: Duration | undefined
}

/** envoy.extensions.filters.http.jwt_authn.v3.JwtAuthentication */
export type JwtAuthentication = Traced & {
  providers?: { [key: string]: JwtProvider } | undefined
  rules?: readonly RequirementRule[] | undefined
  filter_state_rules?: FilterStateRule | undefined
  bypass_cors_preflight?: boolean | undefined
  requirement_map?: { [key: string]: JwtRequirement } | undefined
  strip_failure_response?: boolean | undefined
  stat_prefix?: string | undefined
}

/** envoy.extensions.filters.http.jwt_authn.v3.JwtCacheConfig */
export type JwtCacheConfig = Traced & {
  jwt_cache_size?: number | undefined
  jwt_max_token_size?: number | undefined
}

/** envoy.extensions.filters.http.jwt_authn.v3.JwtClaimToHeader */
export type JwtClaimToHeader = Traced & {
  header_name?: string | undefined
  claim_name?: string | undefined
  claim_path?: readonly JwtClaimToHeader_PathSegment[] | undefined
}

/** envoy.extensions.filters.http.jwt_authn.v3.JwtClaimToHeader.PathSegment */
export type JwtClaimToHeader_PathSegment = Traced & {
  key?: string | undefined
}

/** envoy.extensions.filters.http.jwt_authn.v3.JwtHeader */
export type JwtHeader = Traced & {
  name?: string | undefined
  value_prefix?: string | undefined
}

/** envoy.extensions.filters.http.jwt_authn.v3.JwtProvider */
export type JwtProvider = Traced & {
  issuer?: string | undefined
  audiences?: readonly string[] | undefined
  subjects?: StringMatcher | undefined
  require_expiration?: boolean | undefined
  max_lifetime?: Duration | undefined
  forward?: boolean | undefined
  from_headers?: readonly JwtHeader[] | undefined
  from_params?: readonly string[] | undefined
  from_cookies?: readonly string[] | undefined
  forward_payload_header?: string | undefined
  pad_forward_payload_header?: boolean | undefined
  payload_in_metadata?: string | undefined
  normalize_payload_in_metadata?: JwtProvider_NormalizePayload | undefined
  header_in_metadata?: string | undefined
  failed_status_in_metadata?: string | undefined
  clock_skew_seconds?: number | undefined
  jwt_cache_config?: JwtCacheConfig | undefined
  claim_to_headers?: readonly JwtClaimToHeader[] | undefined
  clear_route_cache?: boolean | undefined
} & OneOf<{
  remote_jwks: JwtAuthnRemoteJwks
  local_jwks: DataSource
}>

/** envoy.extensions.filters.http.jwt_authn.v3.JwtProvider.NormalizePayload */
export type JwtProvider_NormalizePayload = Traced & {
  space_delimited_claims?: readonly string[] | undefined
}

/** envoy.extensions.filters.http.jwt_authn.v3.JwtRequirement */
export type JwtRequirement = Traced & OneOf<{
  provider_name: string
  provider_and_audiences: ProviderWithAudiences
  requires_any: JwtRequirementOrList
  requires_all: JwtRequirementAndList
  allow_missing_or_failed: Record<string, never>
  allow_missing: Record<string, never>
  extract_only_without_validation: ExtractOnlyWithoutValidation
}>

/** envoy.extensions.filters.http.jwt_authn.v3.JwtRequirementAndList */
export type JwtRequirementAndList = Traced & {
  requirements?: readonly JwtRequirement[] | undefined
}

/** envoy.extensions.filters.http.jwt_authn.v3.JwtRequirementOrList */
export type JwtRequirementOrList = Traced & {
  requirements?: readonly JwtRequirement[] | undefined
}

/** envoy.extensions.filters.http.jwt_authn.v3.PerRouteConfig */
export type JwtAuthnPerRouteConfig = Traced & OneOf<{
  disabled: boolean
  requirement_name: string
}>

/** envoy.extensions.filters.http.jwt_authn.v3.ProviderWithAudiences */
export type ProviderWithAudiences = Traced & {
  provider_name?: string | undefined
  audiences?: readonly string[] | undefined
}

/** envoy.extensions.filters.http.jwt_authn.v3.RemoteJwks */
export type JwtAuthnRemoteJwks = Traced & {
  http_uri?: HttpUri | undefined
  cache_duration?: Duration | undefined
  async_fetch?: JwtAuthnJwksAsyncFetch | undefined
  retry_policy?: RetryPolicy | undefined
}

/** envoy.extensions.filters.http.jwt_authn.v3.RequirementRule */
export type RequirementRule = Traced & {
  match?: RouteMatch | undefined
} & OneOf<{
  requires: JwtRequirement
  requirement_name: string
}>

/** envoy.extensions.filters.http.kill_request.v3.KillRequest */
export type KillRequest = Traced & {
  probability?: FractionalPercent | undefined
  kill_request_header?: string | undefined
  direction?: KillRequest_Direction | undefined
}

/** envoy.extensions.filters.http.local_ratelimit.v3.LocalRateLimit */
export type HttpLocalRateLimit = Traced & {
  stat_prefix?: string | undefined
  status?: HttpStatus | undefined
  token_bucket?: TokenBucket | undefined
  filter_enabled?: RuntimeFractionalPercent | undefined
  filter_enforced?: RuntimeFractionalPercent | undefined
  request_headers_to_add_when_not_enforced?: readonly HeaderValueOption[] | undefined
  response_headers_to_add?: readonly HeaderValueOption[] | undefined
  descriptors?: readonly LocalRateLimitDescriptor[] | undefined
  stage?: number | undefined
  local_rate_limit_per_downstream_connection?: boolean | undefined
  local_cluster_rate_limit?: LocalClusterRateLimit | undefined
  enable_x_ratelimit_headers?: XRateLimitHeadersRFCVersion | undefined
  vh_rate_limits?: VhRateLimitsOptions | undefined
  always_consume_default_token_bucket?: boolean | undefined
  rate_limited_as_resource_exhausted?: boolean | undefined
  rate_limits?: readonly RateLimit[] | undefined
  max_dynamic_descriptors?: number | undefined
  enable_retry_after_header?: boolean | undefined
}

/** envoy.extensions.filters.http.lua.v3.Lua */
export type HttpLua = Traced & {
  source_codes?: { [key: string]: DataSource } | undefined
  default_source_code?: DataSource | undefined
  stat_prefix?: string | undefined
  clear_route_cache?: boolean | undefined
  filter_context?: Struct | undefined
  package_paths?: readonly string[] | undefined
  package_cpaths?: readonly string[] | undefined
  shared_vm_id?: string | undefined
}

/** envoy.extensions.filters.http.lua.v3.LuaPerRoute */
export type LuaPerRoute = Traced & {
  filter_context?: Struct | undefined
  package_paths?: readonly string[] | undefined
  package_cpaths?: readonly string[] | undefined
  shared_vm_id?: string | undefined
} & OneOf<{
  disabled: boolean
  name: string
  source_code: DataSource
}>

/** envoy.extensions.filters.http.oauth2.v3.CookieConfig */
export type CookieConfig = Traced & {
  same_site?: CookieConfig_SameSite | undefined
  path?: string | undefined
  partitioned?: boolean | undefined
}

/** envoy.extensions.filters.http.oauth2.v3.CookieConfigs */
export type CookieConfigs = Traced & {
  bearer_token_cookie_config?: CookieConfig | undefined
  oauth_hmac_cookie_config?: CookieConfig | undefined
  oauth_expires_cookie_config?: CookieConfig | undefined
  id_token_cookie_config?: CookieConfig | undefined
  refresh_token_cookie_config?: CookieConfig | undefined
  oauth_nonce_cookie_config?: CookieConfig | undefined
  code_verifier_cookie_config?: CookieConfig | undefined
}

/** envoy.extensions.filters.http.oauth2.v3.OAuth2 */
export type HttpOAuth2 = Traced & {
  config?: OAuth2Config | undefined
}

/** envoy.extensions.filters.http.oauth2.v3.OAuth2Config */
export type OAuth2Config = Traced & {
  token_endpoint?: HttpUri | undefined
  retry_policy?: RetryPolicy | undefined
  authorization_endpoint?: string | undefined
  end_session_endpoint?: string | undefined
  post_logout_redirect_uri?: PostLogoutRedirectUri | undefined
  credentials?: OAuth2Credentials | undefined
  redirect_uri?: string | undefined
  redirect_path_matcher?: PathMatcher | undefined
  signout_path?: PathMatcher | undefined
  forward_bearer_token?: boolean | undefined
  forward_id_token?: OAuth2TokenForwarding | undefined
  preserve_authorization_header?: boolean | undefined
  pass_through_matcher?: readonly HeaderMatcher[] | undefined
  auth_scopes?: readonly string[] | undefined
  resources?: readonly string[] | undefined
  auth_type?: OAuth2Config_AuthType | undefined
  use_refresh_token?: boolean | undefined
  default_expires_in?: Duration | undefined
  deny_redirect_matcher?: readonly HeaderMatcher[] | undefined
  default_refresh_token_expires_in?: Duration | undefined
  disable_id_token_set_cookie?: boolean | undefined
  disable_access_token_set_cookie?: boolean | undefined
  disable_refresh_token_set_cookie?: boolean | undefined
  cookie_configs?: CookieConfigs | undefined
  stat_prefix?: string | undefined
  csrf_token_expires_in?: Duration | undefined
  code_verifier_token_expires_in?: Duration | undefined
  disable_token_encryption?: boolean | undefined
  allow_failed_matcher?: readonly HeaderMatcher[] | undefined
  original_request_uri?: string | undefined
  allowed_redirect_domains?: readonly string[] | undefined
  use_access_token_expiry_for_id_token_cookie?: boolean | undefined
  private_key_jwt_config?: PrivateKeyJwtConfig | undefined
  token_cookie_chunking?: TokenCookieChunking | undefined
}

/** envoy.extensions.filters.http.oauth2.v3.OAuth2Credentials */
export type OAuth2Credentials = Traced & {
  client_id?: string | undefined
  token_secret?: SdsSecretConfig | undefined
  cookie_names?: OAuth2Credentials_CookieNames | undefined
  cookie_domain?: string | undefined
} & OneOf<{
  hmac_secret: SdsSecretConfig
}>

/** envoy.extensions.filters.http.oauth2.v3.OAuth2Credentials.CookieNames */
export type OAuth2Credentials_CookieNames = Traced & {
  bearer_token?: string | undefined
  oauth_hmac?: string | undefined
  oauth_expires?: string | undefined
  id_token?: string | undefined
  refresh_token?: string | undefined
  oauth_nonce?: string | undefined
  code_verifier?: string | undefined
}

/** envoy.extensions.filters.http.oauth2.v3.OAuth2PerRoute */
export type OAuth2PerRoute = Traced & {
  config?: OAuth2Config | undefined
}

/** envoy.extensions.filters.http.oauth2.v3.OAuth2TokenForwarding */
export type OAuth2TokenForwarding = Traced & {
  header?: string | undefined
}

/** envoy.extensions.filters.http.oauth2.v3.PostLogoutRedirectUri */
export type PostLogoutRedirectUri = Traced & OneOf<{
  disabled: boolean
  uri: string
}>

/** envoy.extensions.filters.http.oauth2.v3.PrivateKeyJwtConfig */
export type PrivateKeyJwtConfig = Traced & {
  signing_algorithm?: PrivateKeyJwtConfig_SigningAlgorithm | undefined
  assertion_lifetime?: Duration | undefined
  assertion_audience?: string | undefined
}

/** envoy.extensions.filters.http.oauth2.v3.TokenCookieChunking */
export type TokenCookieChunking = Traced & {
  max_cookie_size?: number | undefined
  max_chunks?: number | undefined
}

/** envoy.extensions.filters.http.on_demand.v3.OnDemand */
export type OnDemand = Traced & {
  odcds?: OnDemandCds | undefined
}

/** envoy.extensions.filters.http.on_demand.v3.OnDemandCds */
export type OnDemandCds = Traced & {
  source?: ConfigSource | undefined
  resources_locator?: string | undefined
  timeout?: Duration | undefined
}

/** envoy.extensions.filters.http.on_demand.v3.PerRouteConfig */
export type OnDemandPerRouteConfig = Traced & {
  odcds?: OnDemandCds | undefined
}

/** envoy.extensions.filters.http.original_src.v3.OriginalSrc */
export type HttpOriginalSrc = Traced & {
  mark?: number | undefined
}

/** envoy.extensions.filters.http.proto_api_scrubber.v3.DescriptorSet */
export type DescriptorSet = Traced & {
  data_source?: DataSource | undefined
}

/** envoy.extensions.filters.http.proto_api_scrubber.v3.MessageRestrictions */
export type MessageRestrictions = Traced & {
  config?: RestrictionConfig | undefined
  field_restrictions?: { [key: string]: RestrictionConfig } | undefined
}

/** envoy.extensions.filters.http.proto_api_scrubber.v3.MethodRestrictions */
export type MethodRestrictions = Traced & {
  request_field_restrictions?: { [key: string]: RestrictionConfig } | undefined
  response_field_restrictions?: { [key: string]: RestrictionConfig } | undefined
  method_restriction?: RestrictionConfig | undefined
}

/** envoy.extensions.filters.http.proto_api_scrubber.v3.ProtoApiScrubberConfig */
export type ProtoApiScrubberConfig = Traced & {
  descriptor_set?: DescriptorSet | undefined
  restrictions?: Restrictions | undefined
  filtering_mode?: ProtoApiScrubberConfig_FilteringMode | undefined
  scrub_unknown_fields?: boolean | undefined
}

/** envoy.extensions.filters.http.proto_api_scrubber.v3.RemoveFieldAction */
export type RemoveFieldAction = Traced

/** envoy.extensions.filters.http.proto_api_scrubber.v3.RestrictionConfig */
export type RestrictionConfig = Traced & {
  matcher?: XdsMatcher | undefined
}

/** envoy.extensions.filters.http.proto_api_scrubber.v3.Restrictions */
export type Restrictions = Traced & {
  method_restrictions?: { [key: string]: MethodRestrictions } | undefined
  message_restrictions?: { [key: string]: MessageRestrictions } | undefined
}

/** envoy.extensions.filters.http.proto_message_extraction.v3.MethodExtraction */
export type MethodExtraction = Traced & {
  request_extraction_by_field?: { [key: string]: MethodExtraction_ExtractDirective } | undefined
  response_extraction_by_field?: { [key: string]: MethodExtraction_ExtractDirective } | undefined
}

/** envoy.extensions.filters.http.proto_message_extraction.v3.ProtoMessageExtractionConfig */
export type ProtoMessageExtractionConfig = Traced & {
  mode?: ProtoMessageExtractionConfig_ExtractMode | undefined
  extraction_by_method?: { [key: string]: MethodExtraction } | undefined
} & OneOf<{
  data_source: DataSource
  proto_descriptor_typed_metadata: string
}>

/** envoy.extensions.filters.http.rate_limit_quota.v3.RateLimitQuotaBucketSettings */
export type RateLimitQuotaBucketSettings = Traced & {
  bucket_id_builder?: RateLimitQuotaBucketSettings_BucketIdBuilder | undefined
  reporting_interval?: Duration | undefined
  deny_response_settings?: RateLimitQuotaBucketSettings_DenyResponseSettings | undefined
  no_assignment_behavior?: RateLimitQuotaBucketSettings_NoAssignmentBehavior | undefined
  expired_assignment_behavior?: RateLimitQuotaBucketSettings_ExpiredAssignmentBehavior | undefined
}

/** envoy.extensions.filters.http.rate_limit_quota.v3.RateLimitQuotaBucketSettings.BucketIdBuilder */
export type RateLimitQuotaBucketSettings_BucketIdBuilder = Traced & {
  bucket_id_builder?: { [key: string]: RateLimitQuotaBucketSettings_BucketIdBuilder_ValueBuilder } | undefined
}

/** envoy.extensions.filters.http.rate_limit_quota.v3.RateLimitQuotaBucketSettings.BucketIdBuilder.ValueBuilder */
export type RateLimitQuotaBucketSettings_BucketIdBuilder_ValueBuilder = Traced & OneOf<{
  string_value: string
  custom_value: TypedExtensionConfig
}>

/** envoy.extensions.filters.http.rate_limit_quota.v3.RateLimitQuotaBucketSettings.DenyResponseSettings */
export type RateLimitQuotaBucketSettings_DenyResponseSettings = Traced & {
  http_status?: HttpStatus | undefined
  http_body?: Bytes | undefined
  grpc_status?: GoogleStatus | undefined
  response_headers_to_add?: readonly HeaderValueOption[] | undefined
}

/** envoy.extensions.filters.http.rate_limit_quota.v3.RateLimitQuotaBucketSettings.ExpiredAssignmentBehavior */
export type RateLimitQuotaBucketSettings_ExpiredAssignmentBehavior = Traced & {
  expired_assignment_behavior_timeout?: Duration | undefined
} & OneOf<{
  fallback_rate_limit: RateLimitStrategy
  reuse_last_assignment: RateLimitQuotaBucketSettings_ExpiredAssignmentBehavior_ReuseLastAssignment
}>

/** envoy.extensions.filters.http.rate_limit_quota.v3.RateLimitQuotaBucketSettings.ExpiredAssignmentBehavior.ReuseLastAssignment */
export type RateLimitQuotaBucketSettings_ExpiredAssignmentBehavior_ReuseLastAssignment = Traced

/** envoy.extensions.filters.http.rate_limit_quota.v3.RateLimitQuotaBucketSettings.NoAssignmentBehavior */
export type RateLimitQuotaBucketSettings_NoAssignmentBehavior = Traced & OneOf<{
  fallback_rate_limit: RateLimitStrategy
}>

/** envoy.extensions.filters.http.rate_limit_quota.v3.RateLimitQuotaFilterConfig */
export type RateLimitQuotaFilterConfig = Traced & {
  rlqs_server?: GrpcService | undefined
  domain?: string | undefined
  bucket_matchers?: XdsMatcher | undefined
  filter_enabled?: RuntimeFractionalPercent | undefined
  filter_enforced?: RuntimeFractionalPercent | undefined
  request_headers_to_add_when_not_enforced?: readonly HeaderValueOption[] | undefined
}

/** envoy.extensions.filters.http.rate_limit_quota.v3.RateLimitQuotaOverride */
export type RateLimitQuotaOverride = Traced & {
  domain?: string | undefined
  bucket_matchers?: XdsMatcher | undefined
}

/** envoy.extensions.filters.http.ratelimit.v3.RateLimit */
export type HttpRateLimit = Traced & {
  domain?: string | undefined
  stage?: number | undefined
  request_type?: string | undefined
  timeout?: Duration | undefined
  failure_mode_deny?: boolean | undefined
  rate_limited_as_resource_exhausted?: boolean | undefined
  rate_limit_service?: RateLimitServiceConfig | undefined
  enable_x_ratelimit_headers?: HttpRateLimit_XRateLimitHeadersRFCVersion | undefined
  disable_x_envoy_ratelimited_header?: boolean | undefined
  rate_limited_status?: HttpStatus | undefined
  response_headers_to_add?: readonly HeaderValueOption[] | undefined
  status_on_error?: HttpStatus | undefined
  stat_prefix?: string | undefined
  filter_enabled?: RuntimeFractionalPercent | undefined
  filter_enforced?: RuntimeFractionalPercent | undefined
  failure_mode_deny_percent?: RuntimeFractionalPercent | undefined
  rate_limits?: readonly RateLimit[] | undefined
  metadata_namespace?: string | undefined
  enable_retry_after_header?: boolean | undefined
}

/** envoy.extensions.filters.http.ratelimit.v3.RateLimitPerRoute */
export type RateLimitPerRoute = Traced & {
  vh_rate_limits?: RateLimitPerRoute_VhRateLimitsOptions | undefined
  override_option?: RateLimitPerRoute_OverrideOptions | undefined
  rate_limits?: readonly RateLimit[] | undefined
  domain?: string | undefined
}

/** envoy.extensions.filters.http.rbac.v3.RBAC */
export type HttpRBAC = Traced & {
  rules?: RBAC | undefined
  rules_stat_prefix?: string | undefined
  matcher?: XdsMatcher | undefined
  shadow_rules?: RBAC | undefined
  shadow_matcher?: XdsMatcher | undefined
  shadow_rules_stat_prefix?: string | undefined
  track_per_rule_stats?: boolean | undefined
}

/** envoy.extensions.filters.http.rbac.v3.RBACPerRoute */
export type RBACPerRoute = Traced & {
  rbac?: HttpRBAC | undefined
}

/** envoy.extensions.filters.http.router.v3.Router */
export type Router = Traced & {
  dynamic_stats?: boolean | undefined
  upstream_log?: readonly AccessLog[] | undefined
  upstream_log_options?: Router_UpstreamAccessLogOptions | undefined
  suppress_envoy_headers?: boolean | undefined
  strict_check_headers?: readonly string[] | undefined
  respect_expected_rq_timeout?: boolean | undefined
  suppress_grpc_request_failure_code_stats?: boolean | undefined
  upstream_http_filters?: readonly HttpFilter[] | undefined
  reject_connect_request_early_data?: boolean | undefined
}

/** envoy.extensions.filters.http.router.v3.Router.UpstreamAccessLogOptions */
export type Router_UpstreamAccessLogOptions = Traced & {
  flush_upstream_log_on_upstream_stream?: boolean | undefined
  upstream_log_flush_interval?: Duration | undefined
}

/** envoy.extensions.filters.http.set_filter_state.v3.Config */
export type HttpSetFilterStateConfig = Traced & {
  on_request_headers?: readonly FilterStateValue[] | undefined
  clear_route_cache?: boolean | undefined
}

/** envoy.extensions.filters.http.set_metadata.v3.Config */
export type SetMetadataConfig = Traced & {
  metadata?: readonly SetMetadataMetadata[] | undefined
}

/** envoy.extensions.filters.http.set_metadata.v3.Metadata */
export type SetMetadataMetadata = Traced & {
  metadata_namespace?: string | undefined
  allow_overwrite?: boolean | undefined
  value?: Struct | undefined
  typed_value?: Any | undefined
}

/** envoy.extensions.filters.http.sse_to_metadata.v3.SseToMetadata */
export type SseToMetadata = Traced & {
  response_rules?: SseToMetadata_ProcessingRules | undefined
}

/** envoy.extensions.filters.http.sse_to_metadata.v3.SseToMetadata.ProcessingRules */
export type SseToMetadata_ProcessingRules = Traced & {
  content_parser?: TypedExtensionConfig | undefined
  max_event_size?: number | undefined
}

/** envoy.extensions.filters.http.stateful_session.v3.StatefulSession */
export type StatefulSession = Traced & {
  session_state?: TypedExtensionConfig | undefined
  strict?: boolean | undefined
  stat_prefix?: string | undefined
  status_on_strict_destination_not_found?: number | undefined
}

/** envoy.extensions.filters.http.stateful_session.v3.StatefulSessionPerRoute */
export type StatefulSessionPerRoute = Traced & OneOf<{
  disabled: boolean
  stateful_session: StatefulSession
}>

/** envoy.extensions.filters.http.tap.v3.Tap */
export type HttpTap = Traced & {
  common_config?: CommonExtensionConfig | undefined
  record_headers_received_time?: boolean | undefined
  record_downstream_connection?: boolean | undefined
  record_upstream_connection?: boolean | undefined
}

/** envoy.extensions.filters.http.transform.v3.BodyTransformation */
export type BodyTransformation = Traced & {
  body_format?: SubstitutionFormatString | undefined
  action?: BodyTransformation_TransformAction | undefined
}

/** envoy.extensions.filters.http.transform.v3.TransformConfig */
export type TransformConfig = Traced & {
  request_transformation?: Transformation | undefined
  response_transformation?: Transformation | undefined
  clear_cluster_cache?: boolean | undefined
  clear_route_cache?: boolean | undefined
}

/** envoy.extensions.filters.http.transform.v3.Transformation */
export type Transformation = Traced & {
  headers_mutations?: readonly MutationRulesHeaderMutation[] | undefined
  body_transformation?: BodyTransformation | undefined
}

/** envoy.extensions.filters.http.upstream_codec.v3.UpstreamCodec */
export type UpstreamCodec = Traced

/** envoy.extensions.filters.http.wasm.v3.Wasm */
export type HttpWasm = Traced & {
  config?: PluginConfig | undefined
}

/** envoy.extensions.filters.listener.http_inspector.v3.HttpInspector */
export type HttpInspector = Traced

/** envoy.extensions.filters.listener.local_ratelimit.v3.LocalRateLimit */
export type ListenerLocalRateLimit = Traced & {
  stat_prefix?: string | undefined
  token_bucket?: TokenBucket | undefined
  runtime_enabled?: RuntimeFeatureFlag | undefined
}

/** envoy.extensions.filters.listener.original_dst.v3.OriginalDst */
export type OriginalDst = Traced

/** envoy.extensions.filters.listener.original_src.v3.OriginalSrc */
export type ListenerOriginalSrc = Traced & {
  bind_port?: boolean | undefined
  mark?: number | undefined
}

/** envoy.extensions.filters.listener.proxy_protocol.v3.ProxyProtocol */
export type ProxyProtocol = Traced & {
  rules?: readonly ProxyProtocol_Rule[] | undefined
  allow_requests_without_proxy_protocol?: boolean | undefined
  pass_through_tlvs?: ProxyProtocolPassThroughTLVs | undefined
  disallowed_versions?: readonly ProxyProtocolConfig_Version[] | undefined
  stat_prefix?: string | undefined
  tlv_location?: ProxyProtocol_TlvLocation | undefined
}

/** envoy.extensions.filters.listener.proxy_protocol.v3.ProxyProtocol.KeyValuePair */
export type ProxyProtocol_KeyValuePair = Traced & {
  metadata_namespace?: string | undefined
  key?: string | undefined
  value_string_encoding?: ProxyProtocol_KeyValuePair_ValueStringEncoding | undefined
}

/** envoy.extensions.filters.listener.proxy_protocol.v3.ProxyProtocol.Rule */
export type ProxyProtocol_Rule = Traced & {
  tlv_type?: number | undefined
  on_tlv_present?: ProxyProtocol_KeyValuePair | undefined
}

/** envoy.extensions.filters.listener.set_filter_state.v3.Config */
export type ListenerSetFilterStateConfig = Traced & {
  on_accept?: readonly FilterStateValue[] | undefined
}

/** envoy.extensions.filters.listener.tls_inspector.v3.TlsInspector */
export type TlsInspector = Traced & {
  enable_ja3_fingerprinting?: boolean | undefined
  enable_ja4_fingerprinting?: boolean | undefined
  initial_read_buffer_size?: number | undefined
  close_connection_on_client_hello_parsing_errors?: boolean | undefined
  max_client_hello_size?: number | undefined
}

/** envoy.extensions.filters.network.connection_limit.v3.ConnectionLimit */
export type ConnectionLimit = Traced & {
  stat_prefix?: string | undefined
  max_connections?: Int64 | undefined
  delay?: Duration | undefined
  runtime_enabled?: RuntimeFeatureFlag | undefined
}

/** envoy.extensions.filters.network.direct_response.v3.Config */
export type DirectResponseConfig = Traced & {
  response?: DataSource | undefined
}

/** envoy.extensions.filters.network.echo.v3.Echo */
export type Echo = Traced

/** envoy.extensions.filters.network.ext_authz.v3.ExtAuthz */
export type NetworkExtAuthz = Traced & {
  stat_prefix?: string | undefined
  grpc_service?: GrpcService | undefined
  failure_mode_allow?: boolean | undefined
  include_peer_certificate?: boolean | undefined
  transport_api_version?: ApiVersion | undefined
  filter_enabled_metadata?: MetadataMatcher | undefined
  bootstrap_metadata_labels_key?: string | undefined
  include_tls_session?: boolean | undefined
  send_tls_alert_on_denial?: boolean | undefined
  metadata_context_namespaces?: readonly string[] | undefined
  typed_metadata_context_namespaces?: readonly string[] | undefined
  shadow_mode?: boolean | undefined
}

/** envoy.extensions.filters.network.ext_proc.v3.MetadataOptions */
export type NetworkExtProcMetadataOptions = Traced & {
  forwarding_namespaces?: NetworkExtProcMetadataOptions_MetadataNamespaces | undefined
  receiving_namespaces?: NetworkExtProcMetadataOptions_MetadataNamespaces | undefined
}

/** envoy.extensions.filters.network.ext_proc.v3.MetadataOptions.MetadataNamespaces */
export type NetworkExtProcMetadataOptions_MetadataNamespaces = Traced & {
  untyped?: readonly string[] | undefined
  typed?: readonly string[] | undefined
}

/** envoy.extensions.filters.network.ext_proc.v3.NetworkExternalProcessor */
export type NetworkExternalProcessor = Traced & {
  grpc_service?: GrpcService | undefined
  failure_mode_allow?: boolean | undefined
  processing_mode?: NetworkExtProcProcessingMode | undefined
  message_timeout?: Duration | undefined
  stat_prefix?: string | undefined
  metadata_options?: NetworkExtProcMetadataOptions | undefined
  connection_attributes?: readonly string[] | undefined
}

/** envoy.extensions.filters.network.ext_proc.v3.ProcessingMode */
export type NetworkExtProcProcessingMode = Traced & {
  process_read?: NetworkExtProcProcessingMode_DataSendMode | undefined
  process_write?: NetworkExtProcProcessingMode_DataSendMode | undefined
}

/** envoy.extensions.filters.network.http_connection_manager.v3.EnvoyMobileHttpConnectionManager */
export type EnvoyMobileHttpConnectionManager = Traced & {
  config?: HttpConnectionManager | undefined
}

/** envoy.extensions.filters.network.http_connection_manager.v3.ForwardProtoConfig */
export type ForwardProtoConfig = Traced & {
  https_destination_ports?: readonly number[] | undefined
  http_destination_ports?: readonly number[] | undefined
}

/** envoy.extensions.filters.network.http_connection_manager.v3.HttpConnectionManager */
export type HttpConnectionManager = Traced & {
  codec_type?: HttpConnectionManager_CodecType | undefined
  stat_prefix?: string | undefined
  http_filters?: readonly HttpFilter[] | undefined
  add_user_agent?: boolean | undefined
  tracing?: HttpConnectionManager_Tracing | undefined
  common_http_protocol_options?: HttpProtocolOptions | undefined
  http1_safe_max_connection_duration?: boolean | undefined
  http_protocol_options?: Http1ProtocolOptions | undefined
  http2_protocol_options?: Http2ProtocolOptions | undefined
  http3_protocol_options?: Http3ProtocolOptions | undefined
  server_name?: string | undefined
  server_header_transformation?: HttpConnectionManager_ServerHeaderTransformation | undefined
  scheme_header_transformation?: SchemeHeaderTransformation | undefined
  max_request_headers_kb?: number | undefined
  stream_idle_timeout?: Duration | undefined
  stream_flush_timeout?: Duration | undefined
  request_timeout?: Duration | undefined
  request_headers_timeout?: Duration | undefined
  drain_timeout?: Duration | undefined
  drain_timeout_jitter?: Percent | undefined
  delayed_close_timeout?: Duration | undefined
  access_log?: readonly AccessLog[] | undefined
  access_log_options?: HttpConnectionManager_HcmAccessLogOptions | undefined
  use_remote_address?: boolean | undefined
  xff_num_trusted_hops?: number | undefined
  original_ip_detection_extensions?: readonly TypedExtensionConfig[] | undefined
  early_header_mutation_extensions?: readonly TypedExtensionConfig[] | undefined
  internal_address_config?: HttpConnectionManager_InternalAddressConfig | undefined
  skip_xff_append?: boolean | undefined
  via?: string | undefined
  generate_request_id?: boolean | undefined
  preserve_external_request_id?: boolean | undefined
  always_set_request_id_in_response?: boolean | undefined
  forward_client_cert_details?: HttpConnectionManager_ForwardClientCertDetails | undefined
  set_current_client_cert_details?: HttpConnectionManager_SetCurrentClientCertDetails | undefined
  forward_client_cert_matcher?: XdsMatcher | undefined
  proxy_100_continue?: boolean | undefined
  represent_ipv4_remote_address_as_ipv4_mapped_ipv6?: boolean | undefined
  upgrade_configs?: readonly HttpConnectionManager_UpgradeConfig[] | undefined
  normalize_path?: boolean | undefined
  merge_slashes?: boolean | undefined
  path_with_escaped_slashes_action?: HttpConnectionManager_PathWithEscapedSlashesAction | undefined
  request_id_extension?: RequestIDExtension | undefined
  local_reply_config?: LocalReplyConfig | undefined
  strip_matching_host_port?: boolean | undefined
  stream_error_on_invalid_http_message?: boolean | undefined
  path_normalization_options?: HttpConnectionManager_PathNormalizationOptions | undefined
  strip_trailing_host_dot?: boolean | undefined
  proxy_status_config?: HttpConnectionManager_ProxyStatusConfig | undefined
  typed_header_validation_config?: TypedExtensionConfig | undefined
  append_x_forwarded_port?: boolean | undefined
  append_local_overload?: boolean | undefined
  add_proxy_protocol_connection_state?: boolean | undefined
  forward_proto_config?: ForwardProtoConfig | undefined
  record_route_resolution_stats?: boolean | undefined
} & OneOf<{
  rds: Rds
  route_config: RouteConfiguration
  scoped_routes: ScopedRoutes
}> & OneOf<{
  strip_any_host_port: boolean
}>

/** envoy.extensions.filters.network.http_connection_manager.v3.HttpConnectionManager.ForwardClientCertConfig */
export type HttpConnectionManager_ForwardClientCertConfig = Traced & {
  forward_client_cert_details?: HttpConnectionManager_ForwardClientCertDetails | undefined
  set_current_client_cert_details?: HttpConnectionManager_SetCurrentClientCertDetails | undefined
}

/** envoy.extensions.filters.network.http_connection_manager.v3.HttpConnectionManager.HcmAccessLogOptions */
export type HttpConnectionManager_HcmAccessLogOptions = Traced & {
  access_log_flush_interval?: Duration | undefined
  flush_access_log_on_new_request?: boolean | undefined
  flush_log_on_tunnel_successfully_established?: boolean | undefined
}

/** envoy.extensions.filters.network.http_connection_manager.v3.HttpConnectionManager.InternalAddressConfig */
export type HttpConnectionManager_InternalAddressConfig = Traced & {
  unix_sockets?: boolean | undefined
  cidr_ranges?: readonly CidrRange[] | undefined
}

/** envoy.extensions.filters.network.http_connection_manager.v3.HttpConnectionManager.PathNormalizationOptions */
export type HttpConnectionManager_PathNormalizationOptions = Traced & {
  forwarding_transformation?: PathTransformation | undefined
  http_filter_transformation?: PathTransformation | undefined
}

/** envoy.extensions.filters.network.http_connection_manager.v3.HttpConnectionManager.ProxyStatusConfig */
export type HttpConnectionManager_ProxyStatusConfig = Traced & {
  remove_details?: boolean | undefined
  remove_connection_termination_details?: boolean | undefined
  remove_response_flags?: boolean | undefined
  set_recommended_response_code?: boolean | undefined
} & OneOf<{
  use_node_id: boolean
  literal_proxy_name: string
}>

/** envoy.extensions.filters.network.http_connection_manager.v3.HttpConnectionManager.SetCurrentClientCertDetails */
export type HttpConnectionManager_SetCurrentClientCertDetails = Traced & {
  subject?: boolean | undefined
  cert?: boolean | undefined
  chain?: boolean | undefined
  dns?: boolean | undefined
  uri?: boolean | undefined
  issuer?: boolean | undefined
  format?: HttpConnectionManager_ForwardClientCertFormat | undefined
}

/** envoy.extensions.filters.network.http_connection_manager.v3.HttpConnectionManager.Tracing */
export type HttpConnectionManager_Tracing = Traced & {
  client_sampling?: Percent | undefined
  random_sampling?: Percent | undefined
  overall_sampling?: Percent | undefined
  verbose?: boolean | undefined
  max_path_tag_length?: number | undefined
  custom_tags?: readonly CustomTag[] | undefined
  provider?: TraceTracing_Http | undefined
  spawn_upstream_span?: boolean | undefined
  operation?: string | undefined
  upstream_operation?: string | undefined
  no_context_propagation?: boolean | undefined
}

/** envoy.extensions.filters.network.http_connection_manager.v3.HttpConnectionManager.UpgradeConfig */
export type HttpConnectionManager_UpgradeConfig = Traced & {
  upgrade_type?: string | undefined
  filters?: readonly HttpFilter[] | undefined
  enabled?: boolean | undefined
}

/** envoy.extensions.filters.network.http_connection_manager.v3.HttpFilter */
export type HttpFilter = Traced & {
  name?: string | undefined
  is_optional?: boolean | undefined
  disabled?: boolean | undefined
} & OneOf<{
  typed_config: Any
  config_discovery: ExtensionConfigSource
}>

/** envoy.extensions.filters.network.http_connection_manager.v3.LocalReplyConfig */
export type LocalReplyConfig = Traced & {
  mappers?: readonly ResponseMapper[] | undefined
  body_format?: SubstitutionFormatString | undefined
}

/** envoy.extensions.filters.network.http_connection_manager.v3.Rds */
export type Rds = Traced & {
  config_source?: ConfigSource | undefined
  route_config_name?: string | undefined
}

/** envoy.extensions.filters.network.http_connection_manager.v3.RequestIDExtension */
export type RequestIDExtension = Traced & {
  typed_config?: Any | undefined
}

/** envoy.extensions.filters.network.http_connection_manager.v3.ResponseMapper */
export type ResponseMapper = Traced & {
  filter?: AccessLogFilter | undefined
  status_code?: number | undefined
  body?: DataSource | undefined
  body_format_override?: SubstitutionFormatString | undefined
  headers_to_add?: readonly HeaderValueOption[] | undefined
}

/** envoy.extensions.filters.network.http_connection_manager.v3.ScopedRds */
export type ScopedRds = Traced & {
  scoped_rds_config_source?: ConfigSource | undefined
  srds_resources_locator?: string | undefined
}

/** envoy.extensions.filters.network.http_connection_manager.v3.ScopedRouteConfigurationsList */
export type ScopedRouteConfigurationsList = Traced & {
  scoped_route_configurations?: readonly ScopedRouteConfiguration[] | undefined
}

/** envoy.extensions.filters.network.http_connection_manager.v3.ScopedRoutes */
export type ScopedRoutes = Traced & {
  name?: string | undefined
  scope_key_builder?: ScopedRoutes_ScopeKeyBuilder | undefined
  rds_config_source?: ConfigSource | undefined
} & OneOf<{
  scoped_route_configurations_list: ScopedRouteConfigurationsList
  scoped_rds: ScopedRds
}>

/** envoy.extensions.filters.network.http_connection_manager.v3.ScopedRoutes.ScopeKeyBuilder */
export type ScopedRoutes_ScopeKeyBuilder = Traced & {
  fragments?: readonly ScopedRoutes_ScopeKeyBuilder_FragmentBuilder[] | undefined
}

/** envoy.extensions.filters.network.http_connection_manager.v3.ScopedRoutes.ScopeKeyBuilder.FragmentBuilder */
export type ScopedRoutes_ScopeKeyBuilder_FragmentBuilder = Traced & OneOf<{
  header_value_extractor: ScopedRoutes_ScopeKeyBuilder_FragmentBuilder_HeaderValueExtractor
}>

/** envoy.extensions.filters.network.http_connection_manager.v3.ScopedRoutes.ScopeKeyBuilder.FragmentBuilder.HeaderValueExtractor */
export type ScopedRoutes_ScopeKeyBuilder_FragmentBuilder_HeaderValueExtractor = Traced & {
  name?: string | undefined
  element_separator?: string | undefined
} & OneOf<{
  index: number
  element: ScopedRoutes_ScopeKeyBuilder_FragmentBuilder_HeaderValueExtractor_KvElement
}>

/** envoy.extensions.filters.network.http_connection_manager.v3.ScopedRoutes.ScopeKeyBuilder.FragmentBuilder.HeaderValueExtractor.KvElement */
export type ScopedRoutes_ScopeKeyBuilder_FragmentBuilder_HeaderValueExtractor_KvElement = Traced & {
  separator?: string | undefined
  key?: string | undefined
}

/** envoy.extensions.filters.network.local_ratelimit.v3.LocalRateLimit */
export type NetworkLocalRateLimit = Traced & {
  stat_prefix?: string | undefined
  token_bucket?: TokenBucket | undefined
  runtime_enabled?: RuntimeFeatureFlag | undefined
  share_key?: string | undefined
}

/** envoy.extensions.filters.network.ratelimit.v3.RateLimit */
export type NetworkRateLimit = Traced & {
  stat_prefix?: string | undefined
  domain?: string | undefined
  descriptors?: readonly RateLimitDescriptor[] | undefined
  timeout?: Duration | undefined
  failure_mode_deny?: boolean | undefined
  rate_limit_service?: RateLimitServiceConfig | undefined
}

/** envoy.extensions.filters.network.rbac.v3.RBAC */
export type NetworkRBAC = Traced & {
  rules?: RBAC | undefined
  matcher?: XdsMatcher | undefined
  shadow_rules?: RBAC | undefined
  shadow_matcher?: XdsMatcher | undefined
  shadow_rules_stat_prefix?: string | undefined
  stat_prefix?: string | undefined
  enforcement_type?: NetworkRBAC_EnforcementType | undefined
  delay_deny?: Duration | undefined
}

/** envoy.extensions.filters.network.set_filter_state.v3.Config */
export type NetworkSetFilterStateConfig = Traced & {
  on_new_connection?: readonly FilterStateValue[] | undefined
  on_downstream_tls_handshake?: readonly FilterStateValue[] | undefined
  on_downstream_data?: readonly FilterStateValue[] | undefined
}

/** envoy.extensions.filters.network.sni_cluster.v3.SniCluster */
export type SniCluster = Traced

/** envoy.extensions.filters.network.sni_dynamic_forward_proxy.v3.FilterConfig */
export type SniDynamicForwardProxyFilterConfig = Traced & {
  dns_cache_config?: DnsCacheConfig | undefined
  save_upstream_address?: boolean | undefined
} & OneOf<{
  port_value: number
}>

/** envoy.extensions.filters.network.tcp_bandwidth_limit.v3.TcpBandwidthLimit */
export type TcpBandwidthLimit = Traced & {
  stat_prefix?: string | undefined
  read_limit_kbps?: Int64 | undefined
  write_limit_kbps?: Int64 | undefined
  fill_interval?: Duration | undefined
  runtime_enabled?: RuntimeFeatureFlag | undefined
}

/** envoy.extensions.filters.network.tcp_proxy.v3.TcpProxy */
export type TcpProxy = Traced & {
  stat_prefix?: string | undefined
  on_demand?: TcpProxy_OnDemand | undefined
  metadata_match?: Metadata | undefined
  idle_timeout?: Duration | undefined
  downstream_idle_timeout?: Duration | undefined
  upstream_idle_timeout?: Duration | undefined
  access_log?: readonly AccessLog[] | undefined
  max_connect_attempts?: number | undefined
  backoff_options?: BackoffStrategy | undefined
  hash_policy?: readonly HashPolicy[] | undefined
  tunneling_config?: TcpProxy_TunnelingConfig | undefined
  max_downstream_connection_duration?: Duration | undefined
  max_downstream_connection_duration_jitter_percentage?: Percent | undefined
  access_log_options?: TcpProxy_TcpAccessLogOptions | undefined
  proxy_protocol_tlvs?: readonly TlvEntry[] | undefined
  proxy_protocol_tlv_merge_policy?: ProxyProtocolTlvMergePolicy | undefined
  upstream_connect_mode?: UpstreamConnectMode | undefined
  max_early_data_bytes?: number | undefined
  check_drain_close?: boolean | undefined
} & OneOf<{
  cluster: string
  weighted_clusters: TcpProxy_WeightedCluster
}>

/** envoy.extensions.filters.network.tcp_proxy.v3.TcpProxy.OnDemand */
export type TcpProxy_OnDemand = Traced & {
  odcds_config?: ConfigSource | undefined
  resources_locator?: string | undefined
  timeout?: Duration | undefined
}

/** envoy.extensions.filters.network.tcp_proxy.v3.TcpProxy.TcpAccessLogOptions */
export type TcpProxy_TcpAccessLogOptions = Traced & {
  access_log_flush_interval?: Duration | undefined
  flush_access_log_on_connected?: boolean | undefined
  flush_access_log_on_start?: boolean | undefined
}

/** envoy.extensions.filters.network.tcp_proxy.v3.TcpProxy.TunnelingConfig */
export type TcpProxy_TunnelingConfig = Traced & {
  hostname?: string | undefined
  use_post?: boolean | undefined
  headers_to_add?: readonly HeaderValueOption[] | undefined
  propagate_response_headers?: boolean | undefined
  post_path?: string | undefined
  propagate_response_trailers?: boolean | undefined
  request_id_extension?: RequestIDExtension | undefined
  request_id_header?: string | undefined
  request_id_metadata_key?: string | undefined
  formatters?: readonly TypedExtensionConfig[] | undefined
}

/** envoy.extensions.filters.network.tcp_proxy.v3.TcpProxy.WeightedCluster */
export type TcpProxy_WeightedCluster = Traced & {
  clusters?: readonly TcpProxy_WeightedCluster_ClusterWeight[] | undefined
}

/** envoy.extensions.filters.network.tcp_proxy.v3.TcpProxy.WeightedCluster.ClusterWeight */
export type TcpProxy_WeightedCluster_ClusterWeight = Traced & {
  name?: string | undefined
  weight?: number | undefined
  metadata_match?: Metadata | undefined
}

/** envoy.extensions.filters.network.wasm.v3.Wasm */
export type NetworkWasm = Traced & {
  config?: PluginConfig | undefined
}

/** envoy.extensions.formatter.cel.v3.Cel */
export type Cel = Traced & {
  cel_config?: CelExpressionConfig | undefined
}

/** envoy.extensions.formatter.file_content.v3.FileContent */
export type FileContent = Traced

/** envoy.extensions.formatter.generic_secret.v3.GenericSecret */
export type FormatterGenericSecret = Traced & {
  secret_configs?: { [key: string]: SdsSecretConfig } | undefined
}

/** envoy.extensions.formatter.metadata.v3.Metadata */
export type FormatterMetadata = Traced

/** envoy.extensions.formatter.req_without_query.v3.ReqWithoutQuery */
export type ReqWithoutQuery = Traced

/** envoy.extensions.grpc_service.call_credentials.access_token.v3.AccessTokenCredentials */
export type AccessTokenCredentials = Traced & {
  token?: string | undefined
}

/** envoy.extensions.grpc_service.call_credentials.file_based_metadata.v3.FileBasedMetadataCallCredentials */
export type FileBasedMetadataCallCredentials = Traced & {
  secret_data?: DataSource | undefined
  header_key?: string | undefined
  header_prefix?: string | undefined
}

/** envoy.extensions.grpc_service.call_credentials.google_compute_engine.v3.GoogleComputeEngineCredentials */
export type GoogleComputeEngineCredentials = Traced

/** envoy.extensions.grpc_service.call_credentials.google_iam.v3.GoogleIamCredentials */
export type GoogleIamCredentials = Traced & {
  authorization_token?: string | undefined
  authority_selector?: string | undefined
}

/** envoy.extensions.grpc_service.call_credentials.google_refresh_token.v3.GoogleRefreshTokenCredentials */
export type GoogleRefreshTokenCredentials = Traced & {
  token?: string | undefined
}

/** envoy.extensions.grpc_service.call_credentials.service_account_jwt_access.v3.ServiceAccountJwtAccessCredentials */
export type ServiceAccountJwtAccessCredentials = Traced & {
  json_key?: string | undefined
  token_lifetime?: Duration | undefined
}

/** envoy.extensions.grpc_service.call_credentials.sts_service.v3.StsServiceCredentials */
export type StsServiceCredentials = Traced & {
  token_exchange_service_uri?: string | undefined
  resource?: string | undefined
  audience?: string | undefined
  scope?: string | undefined
  requested_token_type?: string | undefined
  subject_token_path?: string | undefined
  subject_token_type?: string | undefined
  actor_token_path?: string | undefined
  actor_token_type?: string | undefined
}

/** envoy.extensions.grpc_service.channel_credentials.google_default.v3.GoogleDefaultCredentials */
export type GoogleDefaultCredentials = Traced

/** envoy.extensions.grpc_service.channel_credentials.insecure.v3.InsecureCredentials */
export type InsecureCredentials = Traced

/** envoy.extensions.grpc_service.channel_credentials.local.v3.LocalCredentials */
export type LocalCredentials = Traced

/** envoy.extensions.grpc_service.channel_credentials.tls.v3.TlsCredentials */
export type TlsCredentials = Traced & {
  root_certificate_provider?: CommonTlsContext_CertificateProviderInstance | undefined
  identity_certificate_provider?: CommonTlsContext_CertificateProviderInstance | undefined
}

/** envoy.extensions.grpc_service.channel_credentials.xds.v3.XdsCredentials */
export type XdsCredentials = Traced & {
  fallback_credentials?: Any | undefined
}

/** envoy.extensions.health_check.event_sinks.file.v3.HealthCheckEventFileSink */
export type HealthCheckEventFileSink = Traced & {
  event_log_path?: string | undefined
}

/** envoy.extensions.http.cache.simple_http_cache.v3.SimpleHttpCacheConfig */
export type SimpleHttpCacheConfig = Traced

/** envoy.extensions.http.cache_v2.simple_http_cache.v3.SimpleHttpCacheV2Config */
export type SimpleHttpCacheV2Config = Traced

/** envoy.extensions.http.custom_response.local_response_policy.v3.LocalResponsePolicy */
export type LocalResponsePolicy = Traced & {
  body?: DataSource | undefined
  body_format?: SubstitutionFormatString | undefined
  status_code?: number | undefined
  response_headers_to_add?: readonly HeaderValueOption[] | undefined
} & OneOf<{
  preserve_response_code_details: boolean
  response_code_details: string
}>

/** envoy.extensions.http.custom_response.redirect_policy.v3.RedirectPolicy */
export type RedirectPolicy = Traced & {
  status_code?: number | undefined
  response_headers_to_add?: readonly HeaderValueOption[] | undefined
  request_headers_to_add?: readonly HeaderValueOption[] | undefined
  modify_request_headers_action?: TypedExtensionConfig | undefined
} & OneOf<{
  uri: string
  redirect_action: RedirectAction
}>

/** envoy.extensions.http.early_header_mutation.header_mutation.v3.HeaderMutation */
export type EarlyHeaderMutationHeaderMutation = Traced & {
  mutations?: readonly MutationRulesHeaderMutation[] | undefined
}

/** envoy.extensions.http.ext_proc.processing_request_modifiers.mapped_attribute_builder.v3.MappedAttributeBuilder */
export type MappedAttributeBuilder = Traced & {
  mapped_request_attributes?: { [key: string]: string } | undefined
  mapped_response_attributes?: { [key: string]: string } | undefined
}

/** envoy.extensions.http.ext_proc.response_processors.save_processing_response.v3.SaveProcessingResponse */
export type SaveProcessingResponse = Traced & {
  filter_state_name_suffix?: string | undefined
  save_request_headers?: SaveProcessingResponse_SaveOptions | undefined
  save_response_headers?: SaveProcessingResponse_SaveOptions | undefined
  save_request_trailers?: SaveProcessingResponse_SaveOptions | undefined
  save_response_trailers?: SaveProcessingResponse_SaveOptions | undefined
  save_immediate_response?: SaveProcessingResponse_SaveOptions | undefined
}

/** envoy.extensions.http.ext_proc.response_processors.save_processing_response.v3.SaveProcessingResponse.SaveOptions */
export type SaveProcessingResponse_SaveOptions = Traced & {
  save_response?: boolean | undefined
  save_on_error?: boolean | undefined
}

/** envoy.extensions.http.header_formatters.preserve_case.v3.PreserveCaseFormatterConfig */
export type PreserveCaseFormatterConfig = Traced & {
  forward_reason_phrase?: boolean | undefined
  formatter_type_on_envoy_headers?: PreserveCaseFormatterConfig_FormatterTypeOnEnvoyHeaders | undefined
}

/** envoy.extensions.http.header_validators.envoy_default.v3.HeaderValidatorConfig */
export type HeaderValidatorConfig = Traced & {
  http1_protocol_options?: HeaderValidatorConfig_Http1ProtocolOptions | undefined
  uri_path_normalization_options?: HeaderValidatorConfig_UriPathNormalizationOptions | undefined
  restrict_http_methods?: boolean | undefined
  headers_with_underscores_action?: HeaderValidatorConfig_HeadersWithUnderscoresAction | undefined
  strip_fragment_from_path?: boolean | undefined
}

/** envoy.extensions.http.header_validators.envoy_default.v3.HeaderValidatorConfig.Http1ProtocolOptions */
export type HeaderValidatorConfig_Http1ProtocolOptions = Traced & {
  allow_chunked_length?: boolean | undefined
}

/** envoy.extensions.http.header_validators.envoy_default.v3.HeaderValidatorConfig.UriPathNormalizationOptions */
export type HeaderValidatorConfig_UriPathNormalizationOptions = Traced & {
  skip_path_normalization?: boolean | undefined
  skip_merging_slashes?: boolean | undefined
  path_with_escaped_slashes_action?: HeaderValidatorConfig_UriPathNormalizationOptions_PathWithEscapedSlashesAction | undefined
}

/** envoy.extensions.http.injected_credentials.generic.v3.Generic */
export type Generic = Traced & {
  credential?: SdsSecretConfig | undefined
  header?: string | undefined
  header_value_prefix?: string | undefined
}

/** envoy.extensions.http.injected_credentials.oauth2.v3.OAuth2 */
export type InjectedCredentialsOAuth2 = Traced & {
  token_endpoint?: HttpUri | undefined
  scopes?: readonly string[] | undefined
  token_fetch_retry_interval?: Duration | undefined
  endpoint_params?: readonly InjectedCredentialsOAuth2_EndpointParameter[] | undefined
} & OneOf<{
  client_credentials: InjectedCredentialsOAuth2_ClientCredentials
}>

/** envoy.extensions.http.injected_credentials.oauth2.v3.OAuth2.ClientCredentials */
export type InjectedCredentialsOAuth2_ClientCredentials = Traced & {
  client_id?: string | undefined
  client_secret?: SdsSecretConfig | undefined
  auth_type?: InjectedCredentialsOAuth2_AuthType | undefined
}

/** envoy.extensions.http.injected_credentials.oauth2.v3.OAuth2.EndpointParameter */
export type InjectedCredentialsOAuth2_EndpointParameter = Traced & {
  name?: string | undefined
  value?: string | undefined
}

/** envoy.extensions.http.original_ip_detection.custom_header.v3.CustomHeaderConfig */
export type CustomHeaderConfig = Traced & {
  header_name?: string | undefined
  allow_extension_to_set_address_as_trusted?: boolean | undefined
  reject_with_status?: HttpStatus | undefined
}

/** envoy.extensions.http.original_ip_detection.xff.v3.XffConfig */
export type XffConfig = Traced & {
  xff_num_trusted_hops?: number | undefined
  xff_trusted_cidrs?: XffTrustedCidrs | undefined
  skip_xff_append?: boolean | undefined
}

/** envoy.extensions.http.original_ip_detection.xff.v3.XffTrustedCidrs */
export type XffTrustedCidrs = Traced & {
  cidrs?: readonly CidrRange[] | undefined
}

/** envoy.extensions.http.stateful_session.cookie.v3.CookieBasedSessionState */
export type CookieBasedSessionState = Traced & {
  cookie?: Cookie | undefined
}

/** envoy.extensions.http.stateful_session.envelope.v3.EnvelopeSessionState */
export type EnvelopeSessionState = Traced & {
  header?: EnvelopeSessionState_Header | undefined
}

/** envoy.extensions.http.stateful_session.envelope.v3.EnvelopeSessionState.Header */
export type EnvelopeSessionState_Header = Traced & {
  name?: string | undefined
}

/** envoy.extensions.http.stateful_session.header.v3.HeaderBasedSessionState */
export type HeaderBasedSessionState = Traced & {
  name?: string | undefined
}

/** envoy.extensions.internal_redirect.allow_listed_routes.v3.AllowListedRoutesConfig */
export type AllowListedRoutesConfig = Traced & {
  allowed_route_names?: readonly string[] | undefined
}

/** envoy.extensions.internal_redirect.filter_state.v3.FilterStateConfig */
export type FilterStateConfig = Traced & {
  redirect_enabled_key?: string | undefined
  redirect_if_absent?: boolean | undefined
}

/** envoy.extensions.internal_redirect.previous_routes.v3.PreviousRoutesConfig */
export type PreviousRoutesConfig = Traced

/** envoy.extensions.internal_redirect.safe_cross_scheme.v3.SafeCrossSchemeConfig */
export type SafeCrossSchemeConfig = Traced

/** envoy.extensions.key_value.file_based.v3.FileBasedKeyValueStoreConfig */
export type FileBasedKeyValueStoreConfig = Traced & {
  filename?: string | undefined
  flush_interval?: Duration | undefined
  max_entries?: number | undefined
}

/** envoy.extensions.load_balancing_policies.client_side_weighted_round_robin.v3.ClientSideWeightedRoundRobin */
export type ClientSideWeightedRoundRobin = Traced & {
  enable_oob_load_report?: boolean | undefined
  oob_reporting_period?: Duration | undefined
  blackout_period?: Duration | undefined
  weight_expiration_period?: Duration | undefined
  weight_update_period?: Duration | undefined
  error_utilization_penalty?: number | undefined
  metric_names_for_computing_utilization?: readonly string[] | undefined
  slow_start_config?: SlowStartConfig | undefined
  oob_reporting_config?: OrcaOobReportingConfig | undefined
}

/** envoy.extensions.load_balancing_policies.cluster_provided.v3.ClusterProvided */
export type ClusterProvided = Traced

/** envoy.extensions.load_balancing_policies.common.v3.ConsistentHashingLbConfig */
export type ConsistentHashingLbConfig = Traced & {
  use_hostname_for_hashing?: boolean | undefined
  hash_balance_factor?: number | undefined
  hash_policy?: readonly RouteAction_HashPolicy[] | undefined
}

/** envoy.extensions.load_balancing_policies.common.v3.LocalityLbConfig */
export type LocalityLbConfig = Traced & OneOf<{
  zone_aware_lb_config: LocalityLbConfig_ZoneAwareLbConfig
  locality_weighted_lb_config: LocalityLbConfig_LocalityWeightedLbConfig
}>

/** envoy.extensions.load_balancing_policies.common.v3.LocalityLbConfig.LocalityWeightedLbConfig */
export type LocalityLbConfig_LocalityWeightedLbConfig = Traced

/** envoy.extensions.load_balancing_policies.common.v3.LocalityLbConfig.ZoneAwareLbConfig */
export type LocalityLbConfig_ZoneAwareLbConfig = Traced & {
  routing_enabled?: Percent | undefined
  min_cluster_size?: Int64 | undefined
  fail_traffic_on_panic?: boolean | undefined
  force_local_zone?: LocalityLbConfig_ZoneAwareLbConfig_ForceLocalZone | undefined
  locality_basis?: LocalityLbConfig_ZoneAwareLbConfig_LocalityBasis | undefined
}

/** envoy.extensions.load_balancing_policies.common.v3.LocalityLbConfig.ZoneAwareLbConfig.ForceLocalZone */
export type LocalityLbConfig_ZoneAwareLbConfig_ForceLocalZone = Traced & {
  min_size?: number | undefined
}

/** envoy.extensions.load_balancing_policies.common.v3.OrcaOobReportingConfig */
export type OrcaOobReportingConfig = Traced & {
  port_value?: number | undefined
  authority?: string | undefined
  transport_socket_match_criteria?: Struct | undefined
}

/** envoy.extensions.load_balancing_policies.common.v3.SlowStartConfig */
export type SlowStartConfig = Traced & {
  slow_start_window?: Duration | undefined
  aggression?: RuntimeDouble | undefined
  min_weight_percent?: Percent | undefined
}

/** envoy.extensions.load_balancing_policies.least_request.v3.LeastRequest */
export type LeastRequest = Traced & {
  choice_count?: number | undefined
  active_request_bias?: RuntimeDouble | undefined
  slow_start_config?: SlowStartConfig | undefined
  locality_lb_config?: LocalityLbConfig | undefined
  selection_method?: LeastRequest_SelectionMethod | undefined
}

/** envoy.extensions.load_balancing_policies.load_aware_locality.v3.LoadAwareLocality */
export type LoadAwareLocality = Traced & {
  endpoint_picking_policy?: LoadBalancingPolicy | undefined
  weight_update_period?: Duration | undefined
  metric_names_for_computing_utilization?: readonly string[] | undefined
  utilization_variance_threshold?: number | undefined
  smoothing_time_constant?: Duration | undefined
  remote_probe_fraction?: number | undefined
  weight_expiration_period?: Duration | undefined
  enable_oob_load_report?: boolean | undefined
  oob_reporting_period?: Duration | undefined
  oob_reporting_config?: OrcaOobReportingConfig | undefined
}

/** envoy.extensions.load_balancing_policies.maglev.v3.Maglev */
export type Maglev = Traced & {
  table_size?: Int64 | undefined
  consistent_hashing_lb_config?: ConsistentHashingLbConfig | undefined
  locality_weighted_lb_config?: LocalityLbConfig_LocalityWeightedLbConfig | undefined
}

/** envoy.extensions.load_balancing_policies.override_host.v3.OverrideHost */
export type OverrideHost = Traced & {
  override_host_sources?: readonly OverrideHost_OverrideHostSource[] | undefined
  selected_host_key?: MetadataKey | undefined
  fallback_policy?: LoadBalancingPolicy | undefined
}

/** envoy.extensions.load_balancing_policies.override_host.v3.OverrideHost.OverrideHostSource */
export type OverrideHost_OverrideHostSource = Traced & {
  header?: string | undefined
  metadata?: MetadataKey | undefined
}

/** envoy.extensions.load_balancing_policies.pick_first.v3.PickFirst */
export type PickFirst = Traced & {
  shuffle_address_list?: boolean | undefined
}

/** envoy.extensions.load_balancing_policies.random.v3.Random */
export type Random = Traced & {
  locality_lb_config?: LocalityLbConfig | undefined
}

/** envoy.extensions.load_balancing_policies.random_subsetting.v3.RandomSubsetting */
export type RandomSubsetting = Traced & {
  subset_size?: number | undefined
  child_policy?: LoadBalancingPolicy | undefined
}

/** envoy.extensions.load_balancing_policies.ring_hash.v3.RingHash */
export type RingHash = Traced & {
  hash_function?: RingHash_HashFunction | undefined
  minimum_ring_size?: Int64 | undefined
  maximum_ring_size?: Int64 | undefined
  consistent_hashing_lb_config?: ConsistentHashingLbConfig | undefined
  locality_weighted_lb_config?: LocalityLbConfig_LocalityWeightedLbConfig | undefined
}

/** envoy.extensions.load_balancing_policies.round_robin.v3.RoundRobin */
export type RoundRobin = Traced & {
  slow_start_config?: SlowStartConfig | undefined
  locality_lb_config?: LocalityLbConfig | undefined
}

/** envoy.extensions.load_balancing_policies.subset.v3.Subset */
export type Subset = Traced & {
  fallback_policy?: Subset_LbSubsetFallbackPolicy | undefined
  default_subset?: Struct | undefined
  subset_selectors?: readonly Subset_LbSubsetSelector[] | undefined
  allow_redundant_keys?: boolean | undefined
  locality_weight_aware?: boolean | undefined
  scale_locality_weight?: boolean | undefined
  panic_mode_any?: boolean | undefined
  list_as_any?: boolean | undefined
  metadata_fallback_policy?: Subset_LbSubsetMetadataFallbackPolicy | undefined
  subset_lb_policy?: LoadBalancingPolicy | undefined
}

/** envoy.extensions.load_balancing_policies.subset.v3.Subset.LbSubsetSelector */
export type Subset_LbSubsetSelector = Traced & {
  keys?: readonly string[] | undefined
  single_host_per_subset?: boolean | undefined
  fallback_policy?: Subset_LbSubsetSelector_LbSubsetSelectorFallbackPolicy | undefined
  fallback_keys_subset?: readonly string[] | undefined
}

/** envoy.extensions.load_balancing_policies.wrr_locality.v3.WrrLocality */
export type WrrLocality = Traced & {
  endpoint_picking_policy?: LoadBalancingPolicy | undefined
}

/** envoy.extensions.local_address_selectors.filter_state_override.v3.Config */
export type LocalAddressSelectorsFilterStateOverrideConfig = Traced

/** envoy.extensions.matching.actions.transform_stat.v3.TransformStat */
export type TransformStat = Traced & {
  drop_stat?: TransformStat_DropStat | undefined
  drop_tag?: TransformStat_DropTag | undefined
  update_tag?: TransformStat_UpdateTag | undefined
}

/** envoy.extensions.matching.actions.transform_stat.v3.TransformStat.DropStat */
export type TransformStat_DropStat = Traced

/** envoy.extensions.matching.actions.transform_stat.v3.TransformStat.DropTag */
export type TransformStat_DropTag = Traced

/** envoy.extensions.matching.actions.transform_stat.v3.TransformStat.UpdateTag */
export type TransformStat_UpdateTag = Traced & {
  new_tag_value?: string | undefined
}

/** envoy.extensions.matching.common_inputs.environment_variable.v3.Config */
export type EnvironmentVariableConfig = Traced & {
  name?: string | undefined
}

/** envoy.extensions.matching.common_inputs.network.v3.ApplicationProtocolInput */
export type ApplicationProtocolInput = Traced

/** envoy.extensions.matching.common_inputs.network.v3.DestinationIPInput */
export type DestinationIPInput = Traced

/** envoy.extensions.matching.common_inputs.network.v3.DestinationPortInput */
export type DestinationPortInput = Traced

/** envoy.extensions.matching.common_inputs.network.v3.DirectSourceIPInput */
export type DirectSourceIPInput = Traced

/** envoy.extensions.matching.common_inputs.network.v3.DynamicMetadataInput */
export type DynamicMetadataInput = Traced & {
  filter?: string | undefined
  path?: readonly DynamicMetadataInput_PathSegment[] | undefined
}

/** envoy.extensions.matching.common_inputs.network.v3.DynamicMetadataInput.PathSegment */
export type DynamicMetadataInput_PathSegment = Traced & OneOf<{
  key: string
}>

/** envoy.extensions.matching.common_inputs.network.v3.FilterStateInput */
export type NetworkFilterStateInput = Traced & {
  key?: string | undefined
  field?: string | undefined
}

/** envoy.extensions.matching.common_inputs.network.v3.NetworkNamespaceInput */
export type NetworkNamespaceInput = Traced

/** envoy.extensions.matching.common_inputs.network.v3.ServerNameInput */
export type ServerNameInput = Traced

/** envoy.extensions.matching.common_inputs.network.v3.SourceIPInput */
export type SourceIPInput = Traced

/** envoy.extensions.matching.common_inputs.network.v3.SourcePortInput */
export type SourcePortInput = Traced

/** envoy.extensions.matching.common_inputs.network.v3.SourceTypeInput */
export type SourceTypeInput = Traced

/** envoy.extensions.matching.common_inputs.network.v3.TransportProtocolInput */
export type TransportProtocolInput = Traced

/** envoy.extensions.matching.common_inputs.ssl.v3.DnsSanInput */
export type DnsSanInput = Traced

/** envoy.extensions.matching.common_inputs.ssl.v3.SubjectInput */
export type SubjectInput = Traced

/** envoy.extensions.matching.common_inputs.ssl.v3.UriSanInput */
export type UriSanInput = Traced

/** envoy.extensions.matching.common_inputs.stats.v3.StatFullNameMatchInput */
export type StatFullNameMatchInput = Traced

/** envoy.extensions.matching.common_inputs.stats.v3.StatTagValueInput */
export type StatTagValueInput = Traced

/** envoy.extensions.matching.common_inputs.transport_socket.v3.EndpointMetadataInput */
export type EndpointMetadataInput = Traced & {
  filter?: string | undefined
  path?: readonly EndpointMetadataInput_PathSegment[] | undefined
}

/** envoy.extensions.matching.common_inputs.transport_socket.v3.EndpointMetadataInput.PathSegment */
export type EndpointMetadataInput_PathSegment = Traced & OneOf<{
  key: string
}>

/** envoy.extensions.matching.common_inputs.transport_socket.v3.FilterStateInput */
export type TransportSocketFilterStateInput = Traced & {
  key?: string | undefined
}

/** envoy.extensions.matching.common_inputs.transport_socket.v3.LocalityMetadataInput */
export type LocalityMetadataInput = Traced & {
  filter?: string | undefined
  path?: readonly LocalityMetadataInput_PathSegment[] | undefined
}

/** envoy.extensions.matching.common_inputs.transport_socket.v3.LocalityMetadataInput.PathSegment */
export type LocalityMetadataInput_PathSegment = Traced & OneOf<{
  key: string
}>

/** envoy.extensions.matching.common_inputs.transport_socket.v3.TransportSocketNameAction */
export type TransportSocketNameAction = Traced & {
  name?: string | undefined
}

/** envoy.extensions.matching.input_matchers.consistent_hashing.v3.ConsistentHashing */
export type ConsistentHashing = Traced & {
  threshold?: number | undefined
  modulo?: number | undefined
  seed?: Int64 | undefined
}

/** envoy.extensions.matching.input_matchers.ip.v3.Ip */
export type Ip = Traced & {
  cidr_ranges?: readonly CidrRange[] | undefined
  stat_prefix?: string | undefined
}

/** envoy.extensions.matching.input_matchers.metadata.v3.Metadata */
export type InputMatchersMetadata = Traced & {
  value?: ValueMatcher | undefined
  invert?: boolean | undefined
}

/** envoy.extensions.matching.input_matchers.runtime_fraction.v3.RuntimeFraction */
export type RuntimeFraction = Traced & {
  runtime_fraction?: RuntimeFractionalPercent | undefined
  seed?: Int64 | undefined
}

/** envoy.extensions.network.dns_resolver.apple.v3.AppleDnsResolverConfig */
export type AppleDnsResolverConfig = Traced & {
  include_unroutable_families?: boolean | undefined
}

/** envoy.extensions.network.dns_resolver.cares.v3.CaresDnsResolverConfig */
export type CaresDnsResolverConfig = Traced & {
  resolvers?: readonly Address[] | undefined
  use_resolvers_as_fallback?: boolean | undefined
  filter_unroutable_families?: boolean | undefined
  dns_resolver_options?: DnsResolverOptions | undefined
  udp_max_queries?: number | undefined
  query_timeout_seconds?: Int64 | undefined
  query_tries?: number | undefined
  rotate_nameservers?: boolean | undefined
  edns0_max_payload_size?: number | undefined
  max_udp_channel_duration?: Duration | undefined
  reinit_channel_on_timeout?: boolean | undefined
  qcache_max_ttl?: number | undefined
}

/** envoy.extensions.network.dns_resolver.getaddrinfo.v3.GetAddrInfoDnsResolverConfig */
export type GetAddrInfoDnsResolverConfig = Traced & {
  num_retries?: number | undefined
  num_resolver_threads?: number | undefined
}

/** envoy.extensions.network.dns_resolver.hickory.v3.DnsOverHttpsConfig */
export type DnsOverHttpsConfig = Traced & {
  server_urls?: readonly string[] | undefined
}

/** envoy.extensions.network.dns_resolver.hickory.v3.DnsOverTlsConfig */
export type DnsOverTlsConfig = Traced & {
  servers?: readonly Address[] | undefined
  tls_server_name?: string | undefined
}

/** envoy.extensions.network.dns_resolver.hickory.v3.HickoryDnsResolverConfig */
export type HickoryDnsResolverConfig = Traced & {
  resolvers?: readonly Address[] | undefined
  dns_over_tls?: DnsOverTlsConfig | undefined
  dns_over_https?: DnsOverHttpsConfig | undefined
  enable_dnssec?: boolean | undefined
  cache_size?: number | undefined
  num_resolver_threads?: number | undefined
  use_system_config?: boolean | undefined
  query_timeout?: Duration | undefined
  query_tries?: number | undefined
}

/** envoy.extensions.network.socket_interface.sockmap.v3.Sockmap */
export type Sockmap = Traced & {
  bpf_program_path?: string | undefined
  cgroup_path?: string | undefined
  sockhash_max_entries?: number | undefined
  register_user_space_sockets?: boolean | undefined
  accelerated_ports?: readonly Int64Range[] | undefined
}

/** envoy.extensions.network.socket_interface.v3.DefaultSocketInterface */
export type DefaultSocketInterface = Traced & {
  io_uring_options?: IoUringOptions | undefined
}

/** envoy.extensions.network.socket_interface.v3.IoUringOptions */
export type IoUringOptions = Traced & {
  io_uring_size?: number | undefined
  enable_submission_queue_polling?: boolean | undefined
  read_buffer_size?: number | undefined
  write_timeout_ms?: number | undefined
  write_high_watermark_bytes?: number | undefined
  write_low_watermark_bytes?: number | undefined
  enable_multishot_receive?: boolean | undefined
}

/** envoy.extensions.outlier_detection_monitors.common.v3.DatabaseErrors */
export type DatabaseErrors = Traced

/** envoy.extensions.outlier_detection_monitors.common.v3.ErrorBuckets */
export type ErrorBuckets = Traced & {
  http_errors?: readonly HttpErrors[] | undefined
  local_origin_errors?: readonly LocalOriginErrors[] | undefined
  database_errors?: readonly DatabaseErrors[] | undefined
}

/** envoy.extensions.outlier_detection_monitors.common.v3.HttpErrors */
export type HttpErrors = Traced & {
  range?: Int32Range | undefined
}

/** envoy.extensions.outlier_detection_monitors.common.v3.LocalOriginErrors */
export type LocalOriginErrors = Traced

/** envoy.extensions.outlier_detection_monitors.consecutive_errors.v3.ConsecutiveErrors */
export type ConsecutiveErrors = Traced & {
  name?: string | undefined
  threshold?: number | undefined
  enforcing?: number | undefined
  error_buckets?: ErrorBuckets | undefined
}

/** envoy.extensions.path.match.uri_template.v3.UriTemplateMatchConfig */
export type UriTemplateMatchConfig = Traced & {
  path_template?: string | undefined
}

/** envoy.extensions.path.rewrite.uri_template.v3.UriTemplateRewriteConfig */
export type UriTemplateRewriteConfig = Traced & {
  path_template_rewrite?: string | undefined
}

/** envoy.extensions.queue_policy.fifo.v3.FifoQueuePolicyConfig */
export type FifoQueuePolicyConfig = Traced

/** envoy.extensions.rate_limit_descriptors.expr.v3.Descriptor */
export type ExprDescriptor = Traced & {
  descriptor_key?: string | undefined
  skip_if_error?: boolean | undefined
} & OneOf<{
  text: string
  parsed: GoogleExpr
}>

/** envoy.extensions.rate_limit_descriptors.jwt_claim.v3.Descriptor */
export type JwtClaimDescriptor = Traced & {
  descriptor_key?: string | undefined
  header_name?: string | undefined
  cookie?: string | undefined
  value_prefix?: string | undefined
  claim_name?: string | undefined
  default_value?: string | undefined
  skip_if_absent?: boolean | undefined
}

/** envoy.extensions.rbac.audit_loggers.stream.v3.StdoutAuditLog */
export type StdoutAuditLog = Traced

/** envoy.extensions.rbac.matchers.upstream_ip_port.v3.UpstreamIpPortMatcher */
export type UpstreamIpPortMatcher = Traced & {
  upstream_ip?: CidrRange | undefined
  upstream_port_range?: Int64Range | undefined
}

/** envoy.extensions.rbac.principals.mtls_authenticated.v3.Config */
export type MtlsAuthenticatedConfig = Traced & {
  san_matcher?: SubjectAltNameMatcher | undefined
  any_validated_client_certificate?: boolean | undefined
}

/** envoy.extensions.regex_engines.v3.GoogleRE2 */
export type GoogleRE2 = Traced

/** envoy.extensions.request_id.uuid.v3.UuidRequestIdConfig */
export type UuidRequestIdConfig = Traced & {
  pack_trace_reason?: boolean | undefined
  use_request_id_for_trace_sampling?: boolean | undefined
}

/** envoy.extensions.resource_monitors.cgroup_memory.v3.CgroupMemoryConfig */
export type CgroupMemoryConfig = Traced & {
  max_memory_bytes?: Int64 | undefined
}

/** envoy.extensions.resource_monitors.cpu_utilization.v3.CpuUtilizationConfig */
export type CpuUtilizationConfig = Traced & {
  mode?: CpuUtilizationConfig_UtilizationComputeStrategy | undefined
}

/** envoy.extensions.resource_monitors.downstream_connections.v3.DownstreamConnectionsConfig */
export type DownstreamConnectionsConfig = Traced & {
  max_active_downstream_connections?: Int64 | undefined
}

/** envoy.extensions.resource_monitors.fixed_heap.v3.FixedHeapConfig */
export type FixedHeapConfig = Traced & {
  max_heap_size_bytes?: Int64 | undefined
  max_heap_size_bytes_runtime?: RuntimeUInt64 | undefined
}

/** envoy.extensions.resource_monitors.injected_resource.v3.InjectedResourceConfig */
export type InjectedResourceConfig = Traced & {
  filename?: string | undefined
}

/** envoy.extensions.retry.host.omit_canary_hosts.v3.OmitCanaryHostsPredicate */
export type OmitCanaryHostsPredicate = Traced

/** envoy.extensions.retry.host.omit_host_metadata.v3.OmitHostMetadataConfig */
export type OmitHostMetadataConfig = Traced & {
  metadata_match?: Metadata | undefined
}

/** envoy.extensions.retry.host.previous_hosts.v3.PreviousHostsPredicate */
export type PreviousHostsPredicate = Traced

/** envoy.extensions.retry.priority.previous_priorities.v3.PreviousPrioritiesConfig */
export type PreviousPrioritiesConfig = Traced & {
  update_frequency?: number | undefined
}

/** envoy.extensions.router.cluster_specifiers.lua.v3.LuaConfig */
export type LuaConfig = Traced & {
  source_code?: DataSource | undefined
  default_cluster?: string | undefined
}

/** envoy.extensions.router.cluster_specifiers.matcher.v3.ClusterAction */
export type ClusterAction = Traced & {
  cluster?: string | undefined
}

/** envoy.extensions.router.cluster_specifiers.matcher.v3.MatcherClusterSpecifier */
export type MatcherClusterSpecifier = Traced & {
  cluster_matcher?: XdsMatcher | undefined
}

/** envoy.extensions.router.cluster_specifiers.priority_group.v3.ClusterWeight */
export type ClusterWeight = Traced & {
  cluster_name?: string | undefined
  weight?: number | undefined
}

/** envoy.extensions.router.cluster_specifiers.priority_group.v3.PriorityGroup */
export type PriorityGroup = Traced & {
  name?: string | undefined
  clusters?: readonly ClusterWeight[] | undefined
}

/** envoy.extensions.router.cluster_specifiers.priority_group.v3.PriorityGroupClusterSpecifier */
export type PriorityGroupClusterSpecifier = Traced & {
  priority_groups?: readonly PriorityGroup[] | undefined
  override_metadata_namespace?: string | undefined
} & OneOf<{
  header_name: string
  use_hash_policy: boolean
}>

/** envoy.extensions.router.cluster_specifiers.priority_group.v3.PriorityGroupsOverride */
export type PriorityGroupsOverride = Traced & {
  priority_groups?: readonly PriorityGroup[] | undefined
}

/** envoy.extensions.stat_sinks.graphite_statsd.v3.GraphiteStatsdSink */
export type GraphiteStatsdSink = Traced & {
  prefix?: string | undefined
  max_bytes_per_datagram?: Int64 | undefined
  scale_histogram_units_to_milliseconds?: boolean | undefined
} & OneOf<{
  address: Address
}>

/** envoy.extensions.stat_sinks.open_telemetry.v3.SinkConfig */
export type SinkConfig = Traced & {
  resource_detectors?: readonly TypedExtensionConfig[] | undefined
  report_counters_as_deltas?: boolean | undefined
  report_histograms_as_deltas?: boolean | undefined
  emit_tags_as_attributes?: boolean | undefined
  use_tag_extracted_name?: boolean | undefined
  prefix?: string | undefined
  custom_metric_conversions?: XdsMatcher | undefined
  max_data_points_per_request?: number | undefined
} & OneOf<{
  grpc_service: GrpcService
  http_service: HttpService
}>

/** envoy.extensions.stat_sinks.open_telemetry.v3.SinkConfig.ConversionAction */
export type SinkConfig_ConversionAction = Traced & {
  metric_name?: string | undefined
  static_metric_labels?: readonly OpentelemetryKeyValue[] | undefined
}

/** envoy.extensions.stat_sinks.open_telemetry.v3.SinkConfig.DropAction */
export type SinkConfig_DropAction = Traced

/** envoy.extensions.stat_sinks.wasm.v3.Wasm */
export type StatSinksWasm = Traced & {
  config?: PluginConfig | undefined
}

/** envoy.extensions.string_matcher.lua.v3.Lua */
export type StringMatcherLua = Traced & {
  source_code?: DataSource | undefined
}

/** envoy.extensions.tracers.opentelemetry.resource_detectors.v3.DynatraceResourceDetectorConfig */
export type DynatraceResourceDetectorConfig = Traced

/** envoy.extensions.tracers.opentelemetry.resource_detectors.v3.EnvironmentResourceDetectorConfig */
export type EnvironmentResourceDetectorConfig = Traced

/** envoy.extensions.tracers.opentelemetry.resource_detectors.v3.StaticConfigResourceDetectorConfig */
export type StaticConfigResourceDetectorConfig = Traced & {
  attributes?: { [key: string]: string } | undefined
}

/** envoy.extensions.tracers.opentelemetry.samplers.v3.AlwaysOnSamplerConfig */
export type AlwaysOnSamplerConfig = Traced

/** envoy.extensions.tracers.opentelemetry.samplers.v3.CELSamplerConfig */
export type CELSamplerConfig = Traced & {
  expression?: CelExpression | undefined
}

/** envoy.extensions.tracers.opentelemetry.samplers.v3.DynatraceSamplerConfig */
export type DynatraceSamplerConfig = Traced & {
  tenant?: string | undefined
  cluster_id?: number | undefined
  http_service?: HttpService | undefined
  root_spans_per_minute?: number | undefined
}

/** envoy.extensions.tracers.opentelemetry.samplers.v3.ParentBasedSamplerConfig */
export type ParentBasedSamplerConfig = Traced & {
  wrapped_sampler?: TypedExtensionConfig | undefined
}

/** envoy.extensions.tracers.opentelemetry.samplers.v3.TraceIdRatioBasedSamplerConfig */
export type TraceIdRatioBasedSamplerConfig = Traced & {
  sampling_percentage?: FractionalPercent | undefined
}

/** envoy.extensions.transport_sockets.http_11_proxy.v3.Http11ProxyUpstreamTransport */
export type Http11ProxyUpstreamTransport = Traced & {
  transport_socket?: TransportSocket | undefined
  default_proxy_address?: Address | undefined
}

/** envoy.extensions.transport_sockets.internal_upstream.v3.InternalUpstreamTransport */
export type InternalUpstreamTransport = Traced & {
  passthrough_metadata?: readonly InternalUpstreamTransport_MetadataValueSource[] | undefined
  transport_socket?: TransportSocket | undefined
}

/** envoy.extensions.transport_sockets.internal_upstream.v3.InternalUpstreamTransport.MetadataValueSource */
export type InternalUpstreamTransport_MetadataValueSource = Traced & {
  kind?: MetadataKind | undefined
  name?: string | undefined
}

/** envoy.extensions.transport_sockets.proxy_protocol.v3.ProxyProtocolUpstreamTransport */
export type ProxyProtocolUpstreamTransport = Traced & {
  config?: ProxyProtocolConfig | undefined
  transport_socket?: TransportSocket | undefined
  allow_unspecified_address?: boolean | undefined
  tlv_as_pool_key?: boolean | undefined
}

/** envoy.extensions.transport_sockets.raw_buffer.v3.RawBuffer */
export type RawBuffer = Traced

/** envoy.extensions.transport_sockets.starttls.v3.StartTlsConfig */
export type StartTlsConfig = Traced & {
  cleartext_socket_config?: RawBuffer | undefined
  tls_socket_config?: DownstreamTlsContext | undefined
}

/** envoy.extensions.transport_sockets.starttls.v3.UpstreamStartTlsConfig */
export type UpstreamStartTlsConfig = Traced & {
  cleartext_socket_config?: RawBuffer | undefined
  tls_socket_config?: UpstreamTlsContext | undefined
}

/** envoy.extensions.transport_sockets.tap.v3.SocketTapConfig */
export type SocketTapConfig = Traced & {
  set_connection_per_event?: boolean | undefined
  stats_prefix?: string | undefined
}

/** envoy.extensions.transport_sockets.tap.v3.Tap */
export type TransportSocketsTap = Traced & {
  common_config?: CommonExtensionConfig | undefined
  transport_socket?: TransportSocket | undefined
  socket_tap_config?: SocketTapConfig | undefined
}

/** envoy.extensions.transport_sockets.tcp_stats.v3.Config */
export type TcpStatsConfig = Traced & {
  transport_socket?: TransportSocket | undefined
  update_period?: Duration | undefined
}

/** envoy.extensions.transport_sockets.tls.cert_mappers.filter_state_override.v3.Config */
export type CertMappersFilterStateOverrideConfig = Traced & {
  default_value?: string | undefined
}

/** envoy.extensions.transport_sockets.tls.cert_mappers.sni.v3.SNI */
export type SNI = Traced & {
  default_value?: string | undefined
}

/** envoy.extensions.transport_sockets.tls.cert_mappers.static_name.v3.StaticName */
export type StaticName = Traced & {
  name?: string | undefined
}

/** envoy.extensions.transport_sockets.tls.cert_selectors.on_demand_secret.v3.Config */
export type OnDemandSecretConfig = Traced & {
  config_source?: ConfigSource | undefined
  certificate_mapper?: TypedExtensionConfig | undefined
  prefetch_secret_names?: readonly string[] | undefined
}

/** envoy.extensions.transport_sockets.tls.v3.CertificateProviderPluginInstance */
export type CertificateProviderPluginInstance = Traced & {
  instance_name?: string | undefined
  certificate_name?: string | undefined
}

/** envoy.extensions.transport_sockets.tls.v3.CertificateValidationContext */
export type CertificateValidationContext = Traced & {
  trusted_ca?: DataSource | undefined
  ca_certificate_provider_instance?: CertificateProviderPluginInstance | undefined
  system_root_certs?: CertificateValidationContext_SystemRootCerts | undefined
  watched_directory?: WatchedDirectory | undefined
  verify_certificate_spki?: readonly string[] | undefined
  verify_certificate_hash?: readonly string[] | undefined
  match_typed_subject_alt_names?: readonly SubjectAltNameMatcher[] | undefined
  require_signed_certificate_timestamp?: boolean | undefined
  crl?: DataSource | undefined
  allow_expired_certificate?: boolean | undefined
  trust_chain_verification?: CertificateValidationContext_TrustChainVerification | undefined
  custom_validator_config?: TypedExtensionConfig | undefined
  only_verify_leaf_cert_crl?: boolean | undefined
  max_verify_depth?: number | undefined
  suppress_client_ca_list?: boolean | undefined
}

/** envoy.extensions.transport_sockets.tls.v3.CertificateValidationContext.SystemRootCerts */
export type CertificateValidationContext_SystemRootCerts = Traced

/** envoy.extensions.transport_sockets.tls.v3.CommonTlsContext */
export type CommonTlsContext = Traced & {
  tls_params?: TlsParameters | undefined
  tls_certificates?: readonly TlsCertificate[] | undefined
  tls_certificate_sds_secret_configs?: readonly SdsSecretConfig[] | undefined
  tls_certificate_provider_instance?: CertificateProviderPluginInstance | undefined
  custom_tls_certificate_selector?: TypedExtensionConfig | undefined
  alpn_protocols?: readonly string[] | undefined
  custom_handshaker?: TypedExtensionConfig | undefined
  key_log?: TlsKeyLog | undefined
} & OneOf<{
  validation_context: CertificateValidationContext
  validation_context_sds_secret_config: SdsSecretConfig
  combined_validation_context: CommonTlsContext_CombinedCertificateValidationContext
}>

/** envoy.extensions.transport_sockets.tls.v3.CommonTlsContext.CertificateProvider */
export type CommonTlsContext_CertificateProvider = Traced & {
  name?: string | undefined
} & OneOf<{
  typed_config: TypedExtensionConfig
}>

/** envoy.extensions.transport_sockets.tls.v3.CommonTlsContext.CertificateProviderInstance */
export type CommonTlsContext_CertificateProviderInstance = Traced & {
  instance_name?: string | undefined
  certificate_name?: string | undefined
}

/** envoy.extensions.transport_sockets.tls.v3.CommonTlsContext.CombinedCertificateValidationContext */
export type CommonTlsContext_CombinedCertificateValidationContext = Traced & {
  default_validation_context?: CertificateValidationContext | undefined
  validation_context_sds_secret_config?: SdsSecretConfig | undefined
}

/** envoy.extensions.transport_sockets.tls.v3.DownstreamTlsContext */
export type DownstreamTlsContext = Traced & {
  common_tls_context?: CommonTlsContext | undefined
  require_client_certificate?: boolean | undefined
  require_sni?: boolean | undefined
  disable_stateful_session_resumption?: boolean | undefined
  session_timeout?: Duration | undefined
  ocsp_staple_policy?: DownstreamTlsContext_OcspStaplePolicy | undefined
  full_scan_certs_on_sni_mismatch?: boolean | undefined
  prefer_client_ciphers?: boolean | undefined
} & OneOf<{
  session_ticket_keys: TlsSessionTicketKeys
  session_ticket_keys_sds_secret_config: SdsSecretConfig
  disable_stateless_session_resumption: boolean
}>

/** envoy.extensions.transport_sockets.tls.v3.GenericSecret */
export type GenericSecret = Traced & {
  secret?: DataSource | undefined
  secrets?: { [key: string]: DataSource } | undefined
}

/** envoy.extensions.transport_sockets.tls.v3.PrivateKeyProvider */
export type PrivateKeyProvider = Traced & {
  provider_name?: string | undefined
  fallback?: boolean | undefined
} & OneOf<{
  typed_config: Any
}>

/** envoy.extensions.transport_sockets.tls.v3.SPIFFECertValidatorConfig */
export type SPIFFECertValidatorConfig = Traced & {
  trust_domains?: readonly SPIFFECertValidatorConfig_TrustDomain[] | undefined
  trust_bundles?: DataSource | undefined
}

/** envoy.extensions.transport_sockets.tls.v3.SPIFFECertValidatorConfig.TrustDomain */
export type SPIFFECertValidatorConfig_TrustDomain = Traced & {
  name?: string | undefined
  trust_bundle?: DataSource | undefined
  workload_trust_domain?: string | undefined
}

/** envoy.extensions.transport_sockets.tls.v3.SdsSecretConfig */
export type SdsSecretConfig = Traced & {
  name?: string | undefined
  sds_config?: ConfigSource | undefined
}

/** envoy.extensions.transport_sockets.tls.v3.Secret */
export type Secret = Traced & {
  name?: string | undefined
} & OneOf<{
  tls_certificate: TlsCertificate
  session_ticket_keys: TlsSessionTicketKeys
  validation_context: CertificateValidationContext
  generic_secret: GenericSecret
}>

/** envoy.extensions.transport_sockets.tls.v3.SubjectAltNameMatcher */
export type SubjectAltNameMatcher = Traced & {
  san_type?: SubjectAltNameMatcher_SanType | undefined
  matcher?: StringMatcher | undefined
  oid?: string | undefined
}

/** envoy.extensions.transport_sockets.tls.v3.TlsCertificate */
export type TlsCertificate = Traced & {
  certificate_chain?: DataSource | undefined
  private_key?: DataSource | undefined
  pkcs12?: DataSource | undefined
  watched_directory?: WatchedDirectory | undefined
  private_key_provider?: PrivateKeyProvider | undefined
  password?: DataSource | undefined
  ocsp_staple?: DataSource | undefined
  signed_certificate_timestamp?: readonly DataSource[] | undefined
  tls_params?: TlsParameters | undefined
}

/** envoy.extensions.transport_sockets.tls.v3.TlsKeyLog */
export type TlsKeyLog = Traced & {
  path?: string | undefined
  local_address_range?: readonly CidrRange[] | undefined
  remote_address_range?: readonly CidrRange[] | undefined
}

/** envoy.extensions.transport_sockets.tls.v3.TlsParameters */
export type TlsParameters = Traced & {
  tls_minimum_protocol_version?: TlsParameters_TlsProtocol | undefined
  tls_maximum_protocol_version?: TlsParameters_TlsProtocol | undefined
  cipher_suites?: readonly string[] | undefined
  ecdh_curves?: readonly string[] | undefined
  signature_algorithms?: readonly string[] | undefined
  compliance_policies?: readonly TlsParameters_CompliancePolicy[] | undefined
}

/** envoy.extensions.transport_sockets.tls.v3.TlsSessionTicketKeys */
export type TlsSessionTicketKeys = Traced & {
  keys?: readonly DataSource[] | undefined
}

/** envoy.extensions.transport_sockets.tls.v3.UpstreamTlsContext */
export type UpstreamTlsContext = Traced & {
  common_tls_context?: CommonTlsContext | undefined
  sni?: string | undefined
  auto_host_sni?: boolean | undefined
  auto_sni_san_validation?: boolean | undefined
  allow_renegotiation?: boolean | undefined
  max_session_keys?: number | undefined
}

/** envoy.extensions.udp_packet_writer.v3.UdpDefaultWriterFactory */
export type UdpDefaultWriterFactory = Traced

/** envoy.extensions.udp_packet_writer.v3.UdpGsoBatchWriterFactory */
export type UdpGsoBatchWriterFactory = Traced

/** envoy.extensions.upstreams.http.generic.v3.GenericConnectionPoolProto */
export type HttpGenericConnectionPoolProto = Traced

/** envoy.extensions.upstreams.http.http.v3.HttpConnectionPoolProto */
export type HttpConnectionPoolProto = Traced

/** envoy.extensions.upstreams.http.tcp.v3.TcpConnectionPoolProto */
export type TcpConnectionPoolProto = Traced

/** envoy.extensions.upstreams.http.v3.HttpProtocolOptions */
export type UpstreamsHttpProtocolOptions = Traced & {
  common_http_protocol_options?: HttpProtocolOptions | undefined
  upstream_http_protocol_options?: UpstreamHttpProtocolOptions | undefined
  http_filters?: readonly HttpFilter[] | undefined
  header_validation_config?: TypedExtensionConfig | undefined
  outlier_detection?: UpstreamsHttpProtocolOptions_OutlierDetection | undefined
  request_mirror_policies?: readonly RouteAction_RequestMirrorPolicy[] | undefined
  hash_policy?: readonly RouteAction_HashPolicy[] | undefined
  retry_policy?: RouteRetryPolicy | undefined
} & OneOf<{
  explicit_http_config: UpstreamsHttpProtocolOptions_ExplicitHttpConfig
  use_downstream_protocol_config: UpstreamsHttpProtocolOptions_UseDownstreamHttpConfig
  auto_config: UpstreamsHttpProtocolOptions_AutoHttpConfig
}>

/** envoy.extensions.upstreams.http.v3.HttpProtocolOptions.AutoHttpConfig */
export type UpstreamsHttpProtocolOptions_AutoHttpConfig = Traced & {
  http_protocol_options?: Http1ProtocolOptions | undefined
  http2_protocol_options?: Http2ProtocolOptions | undefined
  http3_protocol_options?: Http3ProtocolOptions | undefined
  alternate_protocols_cache_options?: AlternateProtocolsCacheOptions | undefined
}

/** envoy.extensions.upstreams.http.v3.HttpProtocolOptions.ExplicitHttpConfig */
export type UpstreamsHttpProtocolOptions_ExplicitHttpConfig = Traced & OneOf<{
  http_protocol_options: Http1ProtocolOptions
  http2_protocol_options: Http2ProtocolOptions
  http3_protocol_options: Http3ProtocolOptions
}>

/** envoy.extensions.upstreams.http.v3.HttpProtocolOptions.OutlierDetection */
export type UpstreamsHttpProtocolOptions_OutlierDetection = Traced & {
  error_matcher?: MatcherMatchPredicate | undefined
}

/** envoy.extensions.upstreams.http.v3.HttpProtocolOptions.UseDownstreamHttpConfig */
export type UpstreamsHttpProtocolOptions_UseDownstreamHttpConfig = Traced & {
  http_protocol_options?: Http1ProtocolOptions | undefined
  http2_protocol_options?: Http2ProtocolOptions | undefined
  http3_protocol_options?: Http3ProtocolOptions | undefined
}

/** envoy.extensions.upstreams.tcp.generic.v3.GenericConnectionPoolProto */
export type TcpGenericConnectionPoolProto = Traced

/** envoy.extensions.upstreams.tcp.v3.TcpProtocolOptions */
export type UpstreamsTcpProtocolOptions = Traced & {
  idle_timeout?: Duration | undefined
}

/** envoy.extensions.wasm.v3.CapabilityRestrictionConfig */
export type CapabilityRestrictionConfig = Traced & {
  allowed_capabilities?: { [key: string]: SanitizationConfig } | undefined
}

/** envoy.extensions.wasm.v3.EnvironmentVariables */
export type EnvironmentVariables = Traced & {
  host_env_keys?: readonly string[] | undefined
  key_values?: { [key: string]: string } | undefined
}

/** envoy.extensions.wasm.v3.PluginConfig */
export type PluginConfig = Traced & {
  name?: string | undefined
  root_id?: string | undefined
  configuration?: Any | undefined
  failure_policy?: FailurePolicy | undefined
  reload_config?: ReloadConfig | undefined
  allow_on_headers_stop_iteration?: boolean | undefined
} & OneOf<{
  vm_config: VmConfig
}>

/** envoy.extensions.wasm.v3.ReloadConfig */
export type ReloadConfig = Traced & {
  backoff?: BackoffStrategy | undefined
}

/** envoy.extensions.wasm.v3.SanitizationConfig */
export type SanitizationConfig = Traced

/** envoy.extensions.wasm.v3.VmConfig */
export type VmConfig = Traced & {
  vm_id?: string | undefined
  runtime?: string | undefined
  code?: AsyncDataSource | undefined
  configuration?: Any | undefined
  allow_precompiled?: boolean | undefined
  nack_on_code_cache_miss?: boolean | undefined
  environment_variables?: EnvironmentVariables | undefined
  capability_restriction_config?: CapabilityRestrictionConfig | undefined
}

/** envoy.extensions.wasm.v3.WasmService */
export type WasmService = Traced & {
  config?: PluginConfig | undefined
  singleton?: boolean | undefined
}

/** envoy.extensions.watchdog.backtrace_action.v3.BacktraceActionConfig */
export type BacktraceActionConfig = Traced & {
  cooldown_duration?: Duration | undefined
}

/** envoy.extensions.watchdog.profile_action.v3.ProfileActionConfig */
export type ProfileActionConfig = Traced & {
  profile_duration?: Duration | undefined
  profile_path?: string | undefined
  max_profiles?: Int64 | undefined
}

/** envoy.service.accesslog.v3.StreamAccessLogsMessage */
export type StreamAccessLogsMessage = Traced & {
  identifier?: StreamAccessLogsMessage_Identifier | undefined
} & OneOf<{
  http_logs: StreamAccessLogsMessage_HTTPAccessLogEntries
  tcp_logs: StreamAccessLogsMessage_TCPAccessLogEntries
}>

/** envoy.service.accesslog.v3.StreamAccessLogsMessage.HTTPAccessLogEntries */
export type StreamAccessLogsMessage_HTTPAccessLogEntries = Traced & {
  log_entry?: readonly HTTPAccessLogEntry[] | undefined
}

/** envoy.service.accesslog.v3.StreamAccessLogsMessage.Identifier */
export type StreamAccessLogsMessage_Identifier = Traced & {
  node?: Node | undefined
  log_name?: string | undefined
}

/** envoy.service.accesslog.v3.StreamAccessLogsMessage.TCPAccessLogEntries */
export type StreamAccessLogsMessage_TCPAccessLogEntries = Traced & {
  log_entry?: readonly TCPAccessLogEntry[] | undefined
}

/** envoy.service.accesslog.v3.StreamAccessLogsResponse */
export type StreamAccessLogsResponse = Traced

/** envoy.service.auth.v3.AttributeContext */
export type AttributeContext = Traced & {
  source?: AttributeContext_Peer | undefined
  destination?: AttributeContext_Peer | undefined
  request?: AttributeContext_Request | undefined
  context_extensions?: { [key: string]: string } | undefined
  metadata_context?: Metadata | undefined
  route_metadata_context?: Metadata | undefined
  tls_session?: AttributeContext_TLSSession | undefined
}

/** envoy.service.auth.v3.AttributeContext.HttpRequest */
export type AttributeContext_HttpRequest = Traced & {
  id?: string | undefined
  method?: string | undefined
  headers?: { [key: string]: string } | undefined
  header_map?: HeaderMap | undefined
  path?: string | undefined
  host?: string | undefined
  scheme?: string | undefined
  query?: string | undefined
  fragment?: string | undefined
  size?: Int64 | undefined
  protocol?: string | undefined
  body?: string | undefined
  raw_body?: Bytes | undefined
}

/** envoy.service.auth.v3.AttributeContext.Peer */
export type AttributeContext_Peer = Traced & {
  address?: Address | undefined
  service?: string | undefined
  labels?: { [key: string]: string } | undefined
  principal?: string | undefined
  certificate?: string | undefined
}

/** envoy.service.auth.v3.AttributeContext.Request */
export type AttributeContext_Request = Traced & {
  time?: Timestamp | undefined
  http?: AttributeContext_HttpRequest | undefined
}

/** envoy.service.auth.v3.AttributeContext.TLSSession */
export type AttributeContext_TLSSession = Traced & {
  sni?: string | undefined
}

/** envoy.service.auth.v3.CheckRequest */
export type CheckRequest = Traced & {
  attributes?: AttributeContext | undefined
}

/** envoy.service.auth.v3.CheckResponse */
export type CheckResponse = Traced & {
  status?: GoogleStatus | undefined
  dynamic_metadata?: Struct | undefined
} & OneOf<{
  denied_response: DeniedHttpResponse
  ok_response: OkHttpResponse
  error_response: DeniedHttpResponse
}>

/** envoy.service.auth.v3.DeniedHttpResponse */
export type DeniedHttpResponse = Traced & {
  status?: HttpStatus | undefined
  headers?: readonly HeaderValueOption[] | undefined
  body?: string | undefined
}

/** envoy.service.auth.v3.OkHttpResponse */
export type OkHttpResponse = Traced & {
  headers?: readonly HeaderValueOption[] | undefined
  headers_to_remove?: readonly string[] | undefined
  response_headers_to_add?: readonly HeaderValueOption[] | undefined
  query_parameters_to_set?: readonly QueryParameter[] | undefined
  query_parameters_to_remove?: readonly string[] | undefined
}

/** envoy.service.cluster.v3.CdsDummy */
export type CdsDummy = Traced

/** envoy.service.discovery.v3.AdsDummy */
export type AdsDummy = Traced

/** envoy.service.discovery.v3.DeltaDiscoveryRequest */
export type DeltaDiscoveryRequest = Traced & {
  node?: Node | undefined
  type_url?: string | undefined
  resource_names_subscribe?: readonly string[] | undefined
  resource_names_unsubscribe?: readonly string[] | undefined
  resource_locators_subscribe?: readonly ResourceLocator[] | undefined
  resource_locators_unsubscribe?: readonly ResourceLocator[] | undefined
  initial_resource_versions?: { [key: string]: string } | undefined
  response_nonce?: string | undefined
  error_detail?: GoogleStatus | undefined
}

/** envoy.service.discovery.v3.DeltaDiscoveryResponse */
export type DeltaDiscoveryResponse = Traced & {
  system_version_info?: string | undefined
  resources?: readonly Resource[] | undefined
  type_url?: string | undefined
  removed_resources?: readonly string[] | undefined
  removed_resource_names?: readonly ResourceName[] | undefined
  nonce?: string | undefined
  control_plane?: ControlPlane | undefined
  resource_errors?: readonly ResourceError[] | undefined
}

/** envoy.service.discovery.v3.DiscoveryRequest */
export type DiscoveryRequest = Traced & {
  version_info?: string | undefined
  node?: Node | undefined
  resource_names?: readonly string[] | undefined
  resource_locators?: readonly ResourceLocator[] | undefined
  type_url?: string | undefined
  response_nonce?: string | undefined
  error_detail?: GoogleStatus | undefined
}

/** envoy.service.discovery.v3.DiscoveryResponse */
export type DiscoveryResponse = Traced & {
  version_info?: string | undefined
  resources?: readonly Any[] | undefined
  canary?: boolean | undefined
  type_url?: string | undefined
  nonce?: string | undefined
  control_plane?: ControlPlane | undefined
  resource_errors?: readonly ResourceError[] | undefined
}

/** envoy.service.discovery.v3.DynamicParameterConstraints */
export type DynamicParameterConstraints = Traced & OneOf<{
  constraint: DynamicParameterConstraints_SingleConstraint
  or_constraints: DynamicParameterConstraints_ConstraintList
  and_constraints: DynamicParameterConstraints_ConstraintList
  not_constraints: DynamicParameterConstraints
}>

/** envoy.service.discovery.v3.DynamicParameterConstraints.ConstraintList */
export type DynamicParameterConstraints_ConstraintList = Traced & {
  constraints?: readonly DynamicParameterConstraints[] | undefined
}

/** envoy.service.discovery.v3.DynamicParameterConstraints.SingleConstraint */
export type DynamicParameterConstraints_SingleConstraint = Traced & {
  key?: string | undefined
} & OneOf<{
  value: string
  exists: DynamicParameterConstraints_SingleConstraint_Exists
}>

/** envoy.service.discovery.v3.DynamicParameterConstraints.SingleConstraint.Exists */
export type DynamicParameterConstraints_SingleConstraint_Exists = Traced

/** envoy.service.discovery.v3.Resource */
export type Resource = Traced & {
  name?: string | undefined
  resource_name?: ResourceName | undefined
  aliases?: readonly string[] | undefined
  version?: string | undefined
  resource?: Any | undefined
  ttl?: Duration | undefined
  cache_control?: Resource_CacheControl | undefined
  metadata?: Metadata | undefined
}

/** envoy.service.discovery.v3.Resource.CacheControl */
export type Resource_CacheControl = Traced & {
  do_not_cache?: boolean | undefined
}

/** envoy.service.discovery.v3.ResourceError */
export type ResourceError = Traced & {
  resource_name?: ResourceName | undefined
  error_detail?: GoogleStatus | undefined
}

/** envoy.service.discovery.v3.ResourceLocator */
export type ResourceLocator = Traced & {
  name?: string | undefined
  dynamic_parameters?: { [key: string]: string } | undefined
}

/** envoy.service.discovery.v3.ResourceName */
export type ResourceName = Traced & {
  name?: string | undefined
  dynamic_parameter_constraints?: DynamicParameterConstraints | undefined
}

/** envoy.service.endpoint.v3.EdsDummy */
export type EdsDummy = Traced

/** envoy.service.endpoint.v3.LedsDummy */
export type LedsDummy = Traced

/** envoy.service.event_reporting.v3.StreamEventsRequest */
export type StreamEventsRequest = Traced & {
  identifier?: StreamEventsRequest_Identifier | undefined
  events?: readonly Any[] | undefined
}

/** envoy.service.event_reporting.v3.StreamEventsRequest.Identifier */
export type StreamEventsRequest_Identifier = Traced & {
  node?: Node | undefined
}

/** envoy.service.event_reporting.v3.StreamEventsResponse */
export type StreamEventsResponse = Traced

/** envoy.service.ext_proc.v3.BodyMutation */
export type BodyMutation = Traced & OneOf<{
  body: Bytes
  clear_body: boolean
  streamed_response: StreamedBodyResponse
}>

/** envoy.service.ext_proc.v3.BodyResponse */
export type BodyResponse = Traced & {
  response?: CommonResponse | undefined
}

/** envoy.service.ext_proc.v3.CommonResponse */
export type CommonResponse = Traced & {
  status?: CommonResponse_ResponseStatus | undefined
  header_mutation?: ExtProcHeaderMutation | undefined
  body_mutation?: BodyMutation | undefined
  trailers?: HeaderMap | undefined
  clear_route_cache?: boolean | undefined
}

/** envoy.service.ext_proc.v3.GrpcStatus */
export type GrpcStatus = Traced & {
  status?: number | undefined
}

/** envoy.service.ext_proc.v3.HeaderMutation */
export type ExtProcHeaderMutation = Traced & {
  set_headers?: readonly HeaderValueOption[] | undefined
  remove_headers?: readonly string[] | undefined
}

/** envoy.service.ext_proc.v3.HeadersResponse */
export type HeadersResponse = Traced & {
  response?: CommonResponse | undefined
}

/** envoy.service.ext_proc.v3.HttpBody */
export type ExtProcHttpBody = Traced & {
  body?: Bytes | undefined
  end_of_stream?: boolean | undefined
  end_of_stream_without_message?: boolean | undefined
  grpc_message_compressed?: boolean | undefined
  drain_complete?: boolean | undefined
}

/** envoy.service.ext_proc.v3.HttpHeaders */
export type HttpHeaders = Traced & {
  headers?: HeaderMap | undefined
  end_of_stream?: boolean | undefined
}

/** envoy.service.ext_proc.v3.HttpTrailers */
export type HttpTrailers = Traced & {
  trailers?: HeaderMap | undefined
}

/** envoy.service.ext_proc.v3.ImmediateResponse */
export type ImmediateResponse = Traced & {
  status?: HttpStatus | undefined
  headers?: ExtProcHeaderMutation | undefined
  body?: Bytes | undefined
  grpc_status?: GrpcStatus | undefined
  details?: string | undefined
}

/** envoy.service.ext_proc.v3.ProcessingRequest */
export type ExtProcProcessingRequest = Traced & {
  metadata_context?: Metadata | undefined
  attributes?: { [key: string]: Struct } | undefined
  observability_mode?: boolean | undefined
  protocol_config?: ProtocolConfiguration | undefined
  flow_control_init?: ExtProcProcessingRequest_FlowControlInit | undefined
  client_window_update?: ExtProcProcessingRequest_ClientWindowUpdate | undefined
} & OneOf<{
  request_headers: HttpHeaders
  response_headers: HttpHeaders
  request_body: ExtProcHttpBody
  response_body: ExtProcHttpBody
  request_trailers: HttpTrailers
  response_trailers: HttpTrailers
}>

/** envoy.service.ext_proc.v3.ProcessingRequest.ClientWindowUpdate */
export type ExtProcProcessingRequest_ClientWindowUpdate = Traced & {
  window_increment_sidestream_to_upstream?: Int64 | undefined
  window_increment_sidestream_to_downstream?: Int64 | undefined
}

/** envoy.service.ext_proc.v3.ProcessingRequest.FlowControlInit */
export type ExtProcProcessingRequest_FlowControlInit = Traced & {
  initial_window_downstream_to_sidestream?: Int64 | undefined
  initial_window_sidestream_to_upstream?: Int64 | undefined
  initial_window_upstream_to_sidestream?: Int64 | undefined
  initial_window_sidestream_to_downstream?: Int64 | undefined
}

/** envoy.service.ext_proc.v3.ProcessingResponse */
export type ExtProcProcessingResponse = Traced & {
  dynamic_metadata?: Struct | undefined
  typed_dynamic_metadata?: { [key: string]: Any } | undefined
  mode_override?: HttpExtProcProcessingMode | undefined
  request_drain_requests?: boolean | undefined
  request_drain_responses?: boolean | undefined
  override_message_timeout?: Duration | undefined
  server_window_update?: ExtProcProcessingResponse_ServerWindowUpdate | undefined
} & OneOf<{
  request_headers: HeadersResponse
  response_headers: HeadersResponse
  request_body: BodyResponse
  response_body: BodyResponse
  request_trailers: TrailersResponse
  response_trailers: TrailersResponse
  immediate_response: ImmediateResponse
  streamed_immediate_response: StreamedImmediateResponse
}>

/** envoy.service.ext_proc.v3.ProcessingResponse.ServerWindowUpdate */
export type ExtProcProcessingResponse_ServerWindowUpdate = Traced & {
  window_increment_downstream_to_sidestream?: Int64 | undefined
  window_increment_upstream_to_sidestream?: Int64 | undefined
}

/** envoy.service.ext_proc.v3.ProtocolConfiguration */
export type ProtocolConfiguration = Traced & {
  request_body_mode?: HttpExtProcProcessingMode_BodySendMode | undefined
  response_body_mode?: HttpExtProcProcessingMode_BodySendMode | undefined
  send_body_without_waiting_for_header_response?: boolean | undefined
}

/** envoy.service.ext_proc.v3.StreamedBodyResponse */
export type StreamedBodyResponse = Traced & {
  body?: Bytes | undefined
  end_of_stream?: boolean | undefined
  end_of_stream_without_message?: boolean | undefined
  grpc_message_compressed?: boolean | undefined
  drain_complete?: boolean | undefined
}

/** envoy.service.ext_proc.v3.StreamedImmediateResponse */
export type StreamedImmediateResponse = Traced & OneOf<{
  headers_response: HttpHeaders
  body_response: StreamedBodyResponse
  trailers_response: HeaderMap
}>

/** envoy.service.ext_proc.v3.TrailersResponse */
export type TrailersResponse = Traced & {
  header_mutation?: ExtProcHeaderMutation | undefined
}

/** envoy.service.extension.v3.EcdsDummy */
export type EcdsDummy = Traced

/** envoy.service.health.v3.Capability */
export type Capability = Traced & {
  health_check_protocols?: readonly Capability_Protocol[] | undefined
}

/** envoy.service.health.v3.ClusterEndpointsHealth */
export type ClusterEndpointsHealth = Traced & {
  cluster_name?: string | undefined
  locality_endpoints_health?: readonly LocalityEndpointsHealth[] | undefined
}

/** envoy.service.health.v3.ClusterHealthCheck */
export type ClusterHealthCheck = Traced & {
  cluster_name?: string | undefined
  health_checks?: readonly HealthCheck[] | undefined
  locality_endpoints?: readonly LocalityEndpoints[] | undefined
  transport_socket_matches?: readonly Cluster_TransportSocketMatch[] | undefined
  upstream_bind_config?: BindConfig | undefined
}

/** envoy.service.health.v3.EndpointHealth */
export type EndpointHealth = Traced & {
  endpoint?: Endpoint | undefined
  health_status?: HealthStatus | undefined
  health_metadata?: Struct | undefined
}

/** envoy.service.health.v3.EndpointHealthResponse */
export type EndpointHealthResponse = Traced & {
  cluster_endpoints_health?: readonly ClusterEndpointsHealth[] | undefined
}

/** envoy.service.health.v3.HdsDummy */
export type HdsDummy = Traced

/** envoy.service.health.v3.HealthCheckRequest */
export type HealthCheckRequest = Traced & {
  node?: Node | undefined
  capability?: Capability | undefined
}

/** envoy.service.health.v3.HealthCheckRequestOrEndpointHealthResponse */
export type HealthCheckRequestOrEndpointHealthResponse = Traced & OneOf<{
  health_check_request: HealthCheckRequest
  endpoint_health_response: EndpointHealthResponse
}>

/** envoy.service.health.v3.HealthCheckSpecifier */
export type HealthCheckSpecifier = Traced & {
  cluster_health_checks?: readonly ClusterHealthCheck[] | undefined
  interval?: Duration | undefined
}

/** envoy.service.health.v3.LocalityEndpoints */
export type LocalityEndpoints = Traced & {
  locality?: Locality | undefined
  endpoints?: readonly Endpoint[] | undefined
}

/** envoy.service.health.v3.LocalityEndpointsHealth */
export type LocalityEndpointsHealth = Traced & {
  locality?: Locality | undefined
  endpoints_health?: readonly EndpointHealth[] | undefined
}

/** envoy.service.listener.v3.LdsDummy */
export type LdsDummy = Traced

/** envoy.service.load_stats.v3.LoadStatsRequest */
export type LoadStatsRequest = Traced & {
  node?: Node | undefined
  cluster_stats?: readonly ClusterStats[] | undefined
}

/** envoy.service.load_stats.v3.LoadStatsResponse */
export type LoadStatsResponse = Traced & {
  clusters?: readonly string[] | undefined
  send_all_clusters?: boolean | undefined
  load_reporting_interval?: Duration | undefined
  report_endpoint_granularity?: boolean | undefined
}

/** envoy.service.metrics.v3.StreamMetricsMessage */
export type StreamMetricsMessage = Traced & {
  identifier?: StreamMetricsMessage_Identifier | undefined
  envoy_metrics?: readonly unknown[] | undefined
}

/** envoy.service.metrics.v3.StreamMetricsMessage.Identifier */
export type StreamMetricsMessage_Identifier = Traced & {
  node?: Node | undefined
}

/** envoy.service.metrics.v3.StreamMetricsResponse */
export type StreamMetricsResponse = Traced

/** envoy.service.network_ext_proc.v3.Data */
export type Data = Traced & {
  data?: Bytes | undefined
  end_of_stream?: boolean | undefined
}

/** envoy.service.network_ext_proc.v3.ProcessingRequest */
export type NetworkExtProcProcessingRequest = Traced & {
  read_data?: Data | undefined
  write_data?: Data | undefined
  metadata?: Metadata | undefined
  attributes?: { [key: string]: Struct } | undefined
}

/** envoy.service.network_ext_proc.v3.ProcessingResponse */
export type NetworkExtProcProcessingResponse = Traced & {
  read_data?: Data | undefined
  write_data?: Data | undefined
  data_processing_status?: NetworkExtProcProcessingResponse_DataProcessedStatus | undefined
  connection_status?: NetworkExtProcProcessingResponse_ConnectionStatus | undefined
  dynamic_metadata?: Struct | undefined
  close_stream_to_ext_proc_server?: boolean | undefined
}

/** envoy.service.rate_limit_quota.v3.BucketId */
export type BucketId = Traced & {
  bucket?: { [key: string]: string } | undefined
}

/** envoy.service.rate_limit_quota.v3.RateLimitQuotaResponse */
export type RateLimitQuotaResponse = Traced & {
  bucket_action?: readonly RateLimitQuotaResponse_BucketAction[] | undefined
}

/** envoy.service.rate_limit_quota.v3.RateLimitQuotaResponse.BucketAction */
export type RateLimitQuotaResponse_BucketAction = Traced & {
  bucket_id?: BucketId | undefined
} & OneOf<{
  quota_assignment_action: RateLimitQuotaResponse_BucketAction_QuotaAssignmentAction
  abandon_action: RateLimitQuotaResponse_BucketAction_AbandonAction
}>

/** envoy.service.rate_limit_quota.v3.RateLimitQuotaResponse.BucketAction.AbandonAction */
export type RateLimitQuotaResponse_BucketAction_AbandonAction = Traced

/** envoy.service.rate_limit_quota.v3.RateLimitQuotaResponse.BucketAction.QuotaAssignmentAction */
export type RateLimitQuotaResponse_BucketAction_QuotaAssignmentAction = Traced & {
  assignment_time_to_live?: Duration | undefined
  rate_limit_strategy?: RateLimitStrategy | undefined
}

/** envoy.service.rate_limit_quota.v3.RateLimitQuotaUsageReports */
export type RateLimitQuotaUsageReports = Traced & {
  domain?: string | undefined
  bucket_quota_usages?: readonly RateLimitQuotaUsageReports_BucketQuotaUsage[] | undefined
}

/** envoy.service.rate_limit_quota.v3.RateLimitQuotaUsageReports.BucketQuotaUsage */
export type RateLimitQuotaUsageReports_BucketQuotaUsage = Traced & {
  bucket_id?: BucketId | undefined
  time_elapsed?: Duration | undefined
  num_requests_allowed?: Int64 | undefined
  num_requests_denied?: Int64 | undefined
}

/** envoy.service.ratelimit.v3.RateLimitRequest */
export type RateLimitRequest = Traced & {
  domain?: string | undefined
  descriptors?: readonly RateLimitDescriptor[] | undefined
  hits_addend?: number | undefined
}

/** envoy.service.ratelimit.v3.RateLimitResponse */
export type RateLimitResponse = Traced & {
  overall_code?: RateLimitResponse_Code | undefined
  statuses?: readonly RateLimitResponse_DescriptorStatus[] | undefined
  response_headers_to_add?: readonly HeaderValue[] | undefined
  request_headers_to_add?: readonly HeaderValue[] | undefined
  raw_body?: Bytes | undefined
  dynamic_metadata?: Struct | undefined
  quota?: RateLimitResponse_Quota | undefined
}

/** envoy.service.ratelimit.v3.RateLimitResponse.DescriptorStatus */
export type RateLimitResponse_DescriptorStatus = Traced & {
  code?: RateLimitResponse_Code | undefined
  current_limit?: RateLimitResponse_RateLimit | undefined
  limit_remaining?: number | undefined
  duration_until_reset?: Duration | undefined
  quota?: RateLimitResponse_Quota | undefined
}

/** envoy.service.ratelimit.v3.RateLimitResponse.Quota */
export type RateLimitResponse_Quota = Traced & {
  requests?: number | undefined
  id?: string | undefined
} & OneOf<{
  valid_until: Timestamp
}>

/** envoy.service.ratelimit.v3.RateLimitResponse.RateLimit */
export type RateLimitResponse_RateLimit = Traced & {
  name?: string | undefined
  requests_per_unit?: number | undefined
  unit?: RateLimitResponse_RateLimit_Unit | undefined
  unit_multiplier?: number | undefined
}

/** envoy.service.route.v3.RdsDummy */
export type RdsDummy = Traced

/** envoy.service.route.v3.SrdsDummy */
export type SrdsDummy = Traced

/** envoy.service.runtime.v3.RtdsDummy */
export type RtdsDummy = Traced

/** envoy.service.runtime.v3.Runtime */
export type ServiceRuntime = Traced & {
  name?: string | undefined
  layer?: Struct | undefined
}

/** envoy.service.secret.v3.SdsDummy */
export type SdsDummy = Traced

/** envoy.service.status.v3.ClientConfig */
export type StatusClientConfig = Traced & {
  node?: Node | undefined
  generic_xds_configs?: readonly StatusClientConfig_GenericXdsConfig[] | undefined
  client_scope?: string | undefined
}

/** envoy.service.status.v3.ClientConfig.GenericXdsConfig */
export type StatusClientConfig_GenericXdsConfig = Traced & {
  type_url?: string | undefined
  name?: string | undefined
  version_info?: string | undefined
  xds_config?: Any | undefined
  last_updated?: Timestamp | undefined
  config_status?: ConfigStatus | undefined
  client_status?: ClientResourceStatus | undefined
  error_state?: UpdateFailureState | undefined
  is_static_resource?: boolean | undefined
}

/** envoy.service.status.v3.ClientStatusRequest */
export type ClientStatusRequest = Traced & {
  node_matchers?: readonly NodeMatcher[] | undefined
  node?: Node | undefined
  exclude_resource_contents?: boolean | undefined
}

/** envoy.service.status.v3.ClientStatusResponse */
export type ClientStatusResponse = Traced & {
  config?: readonly StatusClientConfig[] | undefined
}

/** envoy.service.status.v3.PerXdsConfig */
export type PerXdsConfig = Traced & {
  status?: ConfigStatus | undefined
} & OneOf<{
  listener_config: ListenersConfigDump
  cluster_config: ClustersConfigDump
  route_config: RoutesConfigDump
  scoped_route_config: ScopedRoutesConfigDump
  endpoint_config: EndpointsConfigDump
}>

/** envoy.service.tap.v3.StreamTapsRequest */
export type StreamTapsRequest = Traced & {
  identifier?: StreamTapsRequest_Identifier | undefined
  trace_id?: Int64 | undefined
  trace?: TraceWrapper | undefined
}

/** envoy.service.tap.v3.StreamTapsRequest.Identifier */
export type StreamTapsRequest_Identifier = Traced & {
  node?: Node | undefined
  tap_id?: string | undefined
}

/** envoy.service.tap.v3.StreamTapsResponse */
export type StreamTapsResponse = Traced

/** envoy.type.http.v3.Cookie */
export type Cookie = Traced & {
  name?: string | undefined
  ttl?: Duration | undefined
  path?: string | undefined
  attributes?: readonly CookieAttribute[] | undefined
}

/** envoy.type.http.v3.CookieAttribute */
export type CookieAttribute = Traced & {
  name?: string | undefined
  value?: string | undefined
}

/** envoy.type.http.v3.PathTransformation */
export type PathTransformation = Traced & {
  operations?: readonly PathTransformation_Operation[] | undefined
}

/** envoy.type.http.v3.PathTransformation.Operation */
export type PathTransformation_Operation = Traced & OneOf<{
  normalize_path_rfc_3986: PathTransformation_Operation_NormalizePathRFC3986
  merge_slashes: PathTransformation_Operation_MergeSlashes
}>

/** envoy.type.http.v3.PathTransformation.Operation.MergeSlashes */
export type PathTransformation_Operation_MergeSlashes = Traced

/** envoy.type.http.v3.PathTransformation.Operation.NormalizePathRFC3986 */
export type PathTransformation_Operation_NormalizePathRFC3986 = Traced

/** envoy.type.matcher.v3.AddressMatcher */
export type AddressMatcher = Traced & {
  ranges?: readonly XdsCidrRange[] | undefined
  invert_match?: boolean | undefined
}

/** envoy.type.matcher.v3.DoubleMatcher */
export type DoubleMatcher = Traced & OneOf<{
  range: DoubleRange
  exact: number
}>

/** envoy.type.matcher.v3.FilterStateMatcher */
export type FilterStateMatcher = Traced & {
  key?: string | undefined
} & OneOf<{
  string_match: StringMatcher
  address_match: AddressMatcher
}>

/** envoy.type.matcher.v3.HttpRequestHeaderMatchInput */
export type HttpRequestHeaderMatchInput = Traced & {
  header_name?: string | undefined
}

/** envoy.type.matcher.v3.HttpRequestQueryParamMatchInput */
export type HttpRequestQueryParamMatchInput = Traced & {
  query_param?: string | undefined
}

/** envoy.type.matcher.v3.HttpRequestTrailerMatchInput */
export type HttpRequestTrailerMatchInput = Traced & {
  header_name?: string | undefined
}

/** envoy.type.matcher.v3.HttpResponseHeaderMatchInput */
export type HttpResponseHeaderMatchInput = Traced & {
  header_name?: string | undefined
}

/** envoy.type.matcher.v3.HttpResponseLocalReplyMatchInput */
export type HttpResponseLocalReplyMatchInput = Traced

/** envoy.type.matcher.v3.HttpResponseStatusCodeClassMatchInput */
export type HttpResponseStatusCodeClassMatchInput = Traced

/** envoy.type.matcher.v3.HttpResponseStatusCodeMatchInput */
export type HttpResponseStatusCodeMatchInput = Traced

/** envoy.type.matcher.v3.HttpResponseTrailerMatchInput */
export type HttpResponseTrailerMatchInput = Traced & {
  header_name?: string | undefined
}

/** envoy.type.matcher.v3.ListMatcher */
export type ListMatcher = Traced & OneOf<{
  one_of: ValueMatcher
}>

/** envoy.type.matcher.v3.ListStringMatcher */
export type ListStringMatcher = Traced & {
  patterns?: readonly StringMatcher[] | undefined
}

/** envoy.type.matcher.v3.MetadataMatcher */
export type MetadataMatcher = Traced & {
  filter?: string | undefined
  path?: readonly MetadataMatcher_PathSegment[] | undefined
  value?: ValueMatcher | undefined
  invert?: boolean | undefined
}

/** envoy.type.matcher.v3.MetadataMatcher.PathSegment */
export type MetadataMatcher_PathSegment = Traced & OneOf<{
  key: string
}>

/** envoy.type.matcher.v3.NodeMatcher */
export type NodeMatcher = Traced & {
  node_id?: StringMatcher | undefined
  node_metadatas?: readonly StructMatcher[] | undefined
}

/** envoy.type.matcher.v3.OrMatcher */
export type OrMatcher = Traced & {
  value_matchers?: readonly ValueMatcher[] | undefined
}

/** envoy.type.matcher.v3.PathMatcher */
export type PathMatcher = Traced & OneOf<{
  path: StringMatcher
}>

/** envoy.type.matcher.v3.RegexMatchAndSubstitute */
export type RegexMatchAndSubstitute = Traced & {
  pattern?: RegexMatcher | undefined
  substitution?: string | undefined
}

/** envoy.type.matcher.v3.RegexMatcher */
export type RegexMatcher = Traced & {
  regex?: string | undefined
}

/** envoy.type.matcher.v3.RegexMatcher.GoogleRE2 */
export type RegexMatcher_GoogleRE2 = Traced

/** envoy.type.matcher.v3.StringMatcher */
export type StringMatcher = Traced & {
  ignore_case?: boolean | undefined
} & OneOf<{
  exact: string
  prefix: string
  suffix: string
  safe_regex: RegexMatcher
  contains: string
  custom: XdsTypedExtensionConfig
}>

/** envoy.type.matcher.v3.StructMatcher */
export type StructMatcher = Traced & {
  path?: readonly StructMatcher_PathSegment[] | undefined
  value?: ValueMatcher | undefined
}

/** envoy.type.matcher.v3.StructMatcher.PathSegment */
export type StructMatcher_PathSegment = Traced & OneOf<{
  key: string
}>

/** envoy.type.matcher.v3.ValueMatcher */
export type ValueMatcher = Traced & OneOf<{
  null_match: ValueMatcher_NullMatch
  double_match: DoubleMatcher
  string_match: StringMatcher
  bool_match: boolean
  present_match: boolean
  list_match: ListMatcher
  or_match: OrMatcher
}>

/** envoy.type.matcher.v3.ValueMatcher.NullMatch */
export type ValueMatcher_NullMatch = Traced

/** envoy.type.metadata.v3.MetadataKey */
export type MetadataKey = Traced & {
  key?: string | undefined
  path?: readonly MetadataKey_PathSegment[] | undefined
}

/** envoy.type.metadata.v3.MetadataKey.PathSegment */
export type MetadataKey_PathSegment = Traced & OneOf<{
  key: string
  index: number
}>

/** envoy.type.metadata.v3.MetadataKind */
export type MetadataKind = Traced & OneOf<{
  request: MetadataKind_Request
  route: MetadataKind_Route
  cluster: MetadataKind_Cluster
  host: MetadataKind_Host
}>

/** envoy.type.metadata.v3.MetadataKind.Cluster */
export type MetadataKind_Cluster = Traced

/** envoy.type.metadata.v3.MetadataKind.Host */
export type MetadataKind_Host = Traced

/** envoy.type.metadata.v3.MetadataKind.Request */
export type MetadataKind_Request = Traced

/** envoy.type.metadata.v3.MetadataKind.Route */
export type MetadataKind_Route = Traced

/** envoy.type.tracing.v3.CustomTag */
export type CustomTag = Traced & {
  tag?: string | undefined
  value_type?: CustomTag_ValueType | undefined
} & OneOf<{
  literal: CustomTag_Literal
  environment: CustomTag_Environment
  request_header: CustomTag_Header
  metadata: CustomTag_Metadata
  value: string
}>

/** envoy.type.tracing.v3.CustomTag.Environment */
export type CustomTag_Environment = Traced & {
  name?: string | undefined
  default_value?: string | undefined
}

/** envoy.type.tracing.v3.CustomTag.Header */
export type CustomTag_Header = Traced & {
  name?: string | undefined
  default_value?: string | undefined
}

/** envoy.type.tracing.v3.CustomTag.Literal */
export type CustomTag_Literal = Traced & {
  value?: string | undefined
}

/** envoy.type.tracing.v3.CustomTag.Metadata */
export type CustomTag_Metadata = Traced & {
  kind?: MetadataKind | undefined
  metadata_key?: MetadataKey | undefined
  default_value?: string | undefined
}

/** envoy.type.v3.DoubleRange */
export type DoubleRange = Traced & {
  start?: number | undefined
  end?: number | undefined
}

/** envoy.type.v3.FractionalPercent */
export type FractionalPercent = Traced & {
  numerator?: number | undefined
  denominator?: FractionalPercent_DenominatorType | undefined
}

/** envoy.type.v3.HashPolicy */
export type HashPolicy = Traced & OneOf<{
  source_ip: HashPolicy_SourceIp
  filter_state: HashPolicy_FilterState
}>

/** envoy.type.v3.HashPolicy.FilterState */
export type HashPolicy_FilterState = Traced & {
  key?: string | undefined
}

/** envoy.type.v3.HashPolicy.SourceIp */
export type HashPolicy_SourceIp = Traced

/** envoy.type.v3.HttpStatus */
export type HttpStatus = Traced & {
  code?: StatusCode | undefined
}

/** envoy.type.v3.Int32Range */
export type Int32Range = Traced & {
  start?: number | undefined
  end?: number | undefined
}

/** envoy.type.v3.Int64Range */
export type Int64Range = Traced & {
  start?: Int64 | undefined
  end?: Int64 | undefined
}

/** envoy.type.v3.Percent */
export type Percent = Traced & {
  value?: number | undefined
}

/** envoy.type.v3.RateLimitStrategy */
export type RateLimitStrategy = Traced & OneOf<{
  blanket_rule: RateLimitStrategy_BlanketRule
  requests_per_time_unit: RateLimitStrategy_RequestsPerTimeUnit
  token_bucket: TokenBucket
}>

/** envoy.type.v3.RateLimitStrategy.RequestsPerTimeUnit */
export type RateLimitStrategy_RequestsPerTimeUnit = Traced & {
  requests_per_time_unit?: Int64 | undefined
  time_unit?: RateLimitUnit | undefined
}

/** envoy.type.v3.Scope */
export type Scope = Traced & {
  max_counters?: number | undefined
  max_gauges?: number | undefined
  max_histograms?: number | undefined
  enable_eviction?: boolean | undefined
  prefix?: string | undefined
  sharing_name?: string | undefined
}

/** envoy.type.v3.SemanticVersion */
export type SemanticVersion = Traced & {
  major_number?: number | undefined
  minor_number?: number | undefined
  patch?: number | undefined
}

/** envoy.type.v3.TokenBucket */
export type TokenBucket = Traced & {
  max_tokens?: number | undefined
  tokens_per_fill?: number | undefined
  fill_interval?: Duration | undefined
}

/** envoy.watchdog.v3.AbortActionConfig */
export type AbortActionConfig = Traced & {
  wait_duration?: Duration | undefined
}

/** google.api.FieldInfo */
export type FieldInfo = Traced & {
  format?: FieldInfo_Format | undefined
  referenced_types?: readonly TypeReference[] | undefined
}

/** google.api.HttpBody */
export type GoogleHttpBody = Traced & {
  content_type?: string | undefined
  data?: Bytes | undefined
  extensions?: readonly Any[] | undefined
}

/** google.api.ResourceDescriptor */
export type ResourceDescriptor = Traced & {
  type?: string | undefined
  pattern?: readonly string[] | undefined
  name_field?: string | undefined
  history?: ResourceDescriptor_History | undefined
  plural?: string | undefined
  singular?: string | undefined
  style?: readonly ResourceDescriptor_Style[] | undefined
}

/** google.api.ResourceReference */
export type ResourceReference = Traced & {
  type?: string | undefined
  child_type?: string | undefined
}

/** google.api.RoutingParameter */
export type RoutingParameter = Traced & {
  field?: string | undefined
  path_template?: string | undefined
}

/** google.api.RoutingRule */
export type RoutingRule = Traced & {
  routing_parameters?: readonly RoutingParameter[] | undefined
}

/** google.api.TypeReference */
export type TypeReference = Traced & {
  type_name?: string | undefined
}

/** google.api.expr.v1alpha1.CheckedExpr */
export type GoogleCheckedExpr = Traced & {
  reference_map?: { [key: string]: GoogleReference } | undefined
  type_map?: { [key: string]: GoogleType } | undefined
  source_info?: GoogleSourceInfo | undefined
  expr_version?: string | undefined
  expr?: GoogleExpr | undefined
}

/** google.api.expr.v1alpha1.Constant */
export type GoogleConstant = Traced & OneOf<{
  null_value: null
  bool_value: boolean
  int64_value: Int64
  uint64_value: Int64
  double_value: number
  string_value: string
  bytes_value: Bytes
}>

/** google.api.expr.v1alpha1.Decl */
export type GoogleDecl = Traced & {
  name?: string | undefined
} & OneOf<{
  ident: GoogleDecl_IdentDecl
  function: GoogleDecl_FunctionDecl
}>

/** google.api.expr.v1alpha1.Decl.FunctionDecl */
export type GoogleDecl_FunctionDecl = Traced & {
  overloads?: readonly GoogleDecl_FunctionDecl_Overload[] | undefined
  doc?: string | undefined
}

/** google.api.expr.v1alpha1.Decl.FunctionDecl.Overload */
export type GoogleDecl_FunctionDecl_Overload = Traced & {
  overload_id?: string | undefined
  params?: readonly GoogleType[] | undefined
  type_params?: readonly string[] | undefined
  result_type?: GoogleType | undefined
  is_instance_function?: boolean | undefined
  doc?: string | undefined
}

/** google.api.expr.v1alpha1.Decl.IdentDecl */
export type GoogleDecl_IdentDecl = Traced & {
  type?: GoogleType | undefined
  value?: GoogleConstant | undefined
  doc?: string | undefined
}

/** google.api.expr.v1alpha1.EnumValue */
export type GoogleEnumValue = Traced & {
  type?: string | undefined
  value?: number | undefined
}

/** google.api.expr.v1alpha1.ErrorSet */
export type GoogleErrorSet = Traced & {
  errors?: readonly GoogleStatus[] | undefined
}

/** google.api.expr.v1alpha1.EvalState */
export type GoogleEvalState = Traced & {
  values?: readonly GoogleExprValue[] | undefined
  results?: readonly GoogleEvalState_Result[] | undefined
}

/** google.api.expr.v1alpha1.EvalState.Result */
export type GoogleEvalState_Result = Traced & {
  expr?: Int64 | undefined
  value?: Int64 | undefined
}

/** google.api.expr.v1alpha1.Explain */
export type GoogleExplain = Traced & {
  values?: readonly GoogleValue[] | undefined
  expr_steps?: readonly GoogleExplain_ExprStep[] | undefined
}

/** google.api.expr.v1alpha1.Explain.ExprStep */
export type GoogleExplain_ExprStep = Traced & {
  id?: Int64 | undefined
  value_index?: number | undefined
}

/** google.api.expr.v1alpha1.Expr */
export type GoogleExpr = Traced & {
  id?: Int64 | undefined
} & OneOf<{
  const_expr: GoogleConstant
  ident_expr: GoogleExpr_Ident
  select_expr: GoogleExpr_Select
  call_expr: GoogleExpr_Call
  list_expr: GoogleExpr_CreateList
  struct_expr: GoogleExpr_CreateStruct
  comprehension_expr: GoogleExpr_Comprehension
}>

/** google.api.expr.v1alpha1.Expr.Call */
export type GoogleExpr_Call = Traced & {
  target?: GoogleExpr | undefined
  function?: string | undefined
  args?: readonly GoogleExpr[] | undefined
}

/** google.api.expr.v1alpha1.Expr.Comprehension */
export type GoogleExpr_Comprehension = Traced & {
  iter_var?: string | undefined
  iter_var2?: string | undefined
  iter_range?: GoogleExpr | undefined
  accu_var?: string | undefined
  accu_init?: GoogleExpr | undefined
  loop_condition?: GoogleExpr | undefined
  loop_step?: GoogleExpr | undefined
  result?: GoogleExpr | undefined
}

/** google.api.expr.v1alpha1.Expr.CreateList */
export type GoogleExpr_CreateList = Traced & {
  elements?: readonly GoogleExpr[] | undefined
  optional_indices?: readonly number[] | undefined
}

/** google.api.expr.v1alpha1.Expr.CreateStruct */
export type GoogleExpr_CreateStruct = Traced & {
  message_name?: string | undefined
  entries?: readonly GoogleExpr_CreateStruct_Entry[] | undefined
}

/** google.api.expr.v1alpha1.Expr.CreateStruct.Entry */
export type GoogleExpr_CreateStruct_Entry = Traced & {
  id?: Int64 | undefined
  value?: GoogleExpr | undefined
  optional_entry?: boolean | undefined
} & OneOf<{
  field_key: string
  map_key: GoogleExpr
}>

/** google.api.expr.v1alpha1.Expr.Ident */
export type GoogleExpr_Ident = Traced & {
  name?: string | undefined
}

/** google.api.expr.v1alpha1.Expr.Select */
export type GoogleExpr_Select = Traced & {
  operand?: GoogleExpr | undefined
  field?: string | undefined
  test_only?: boolean | undefined
}

/** google.api.expr.v1alpha1.ExprValue */
export type GoogleExprValue = Traced & OneOf<{
  value: GoogleValue
  error: GoogleErrorSet
  unknown: GoogleUnknownSet
}>

/** google.api.expr.v1alpha1.ListValue */
export type GoogleListValue = Traced & {
  values?: readonly GoogleValue[] | undefined
}

/** google.api.expr.v1alpha1.MapValue */
export type GoogleMapValue = Traced & {
  entries?: readonly GoogleMapValue_Entry[] | undefined
}

/** google.api.expr.v1alpha1.MapValue.Entry */
export type GoogleMapValue_Entry = Traced & {
  key?: GoogleValue | undefined
  value?: GoogleValue | undefined
}

/** google.api.expr.v1alpha1.ParsedExpr */
export type GoogleParsedExpr = Traced & {
  expr?: GoogleExpr | undefined
  source_info?: GoogleSourceInfo | undefined
}

/** google.api.expr.v1alpha1.Reference */
export type GoogleReference = Traced & {
  name?: string | undefined
  overload_id?: readonly string[] | undefined
  value?: GoogleConstant | undefined
}

/** google.api.expr.v1alpha1.SourceInfo */
export type GoogleSourceInfo = Traced & {
  syntax_version?: string | undefined
  location?: string | undefined
  line_offsets?: readonly number[] | undefined
  positions?: { [key: string]: number } | undefined
  macro_calls?: { [key: string]: GoogleExpr } | undefined
  extensions?: readonly GoogleSourceInfo_Extension[] | undefined
}

/** google.api.expr.v1alpha1.SourceInfo.Extension */
export type GoogleSourceInfo_Extension = Traced & {
  id?: string | undefined
  affected_components?: readonly GoogleSourceInfo_Extension_Component[] | undefined
  version?: GoogleSourceInfo_Extension_Version | undefined
}

/** google.api.expr.v1alpha1.SourceInfo.Extension.Version */
export type GoogleSourceInfo_Extension_Version = Traced & {
  major?: Int64 | undefined
  minor?: Int64 | undefined
}

/** google.api.expr.v1alpha1.SourcePosition */
export type SourcePosition = Traced & {
  location?: string | undefined
  offset?: number | undefined
  line?: number | undefined
  column?: number | undefined
}

/** google.api.expr.v1alpha1.Type */
export type GoogleType = Traced & OneOf<{
  dyn: Record<string, never>
  null: null
  primitive: GoogleType_PrimitiveType
  wrapper: GoogleType_PrimitiveType
  well_known: GoogleType_WellKnownType
  list_type: GoogleType_ListType
  map_type: GoogleType_MapType
  function: GoogleType_FunctionType
  message_type: string
  type_param: string
  type: GoogleType
  error: Record<string, never>
  abstract_type: GoogleType_AbstractType
}>

/** google.api.expr.v1alpha1.Type.AbstractType */
export type GoogleType_AbstractType = Traced & {
  name?: string | undefined
  parameter_types?: readonly GoogleType[] | undefined
}

/** google.api.expr.v1alpha1.Type.FunctionType */
export type GoogleType_FunctionType = Traced & {
  result_type?: GoogleType | undefined
  arg_types?: readonly GoogleType[] | undefined
}

/** google.api.expr.v1alpha1.Type.ListType */
export type GoogleType_ListType = Traced & {
  elem_type?: GoogleType | undefined
}

/** google.api.expr.v1alpha1.Type.MapType */
export type GoogleType_MapType = Traced & {
  key_type?: GoogleType | undefined
  value_type?: GoogleType | undefined
}

/** google.api.expr.v1alpha1.UnknownSet */
export type GoogleUnknownSet = Traced & {
  exprs?: readonly Int64[] | undefined
}

/** google.api.expr.v1alpha1.Value */
export type GoogleValue = Traced & OneOf<{
  null_value: null
  bool_value: boolean
  int64_value: Int64
  uint64_value: Int64
  double_value: number
  string_value: string
  bytes_value: Bytes
  enum_value: GoogleEnumValue
  object_value: Any
  map_value: GoogleMapValue
  list_value: GoogleListValue
  type_value: string
}>

/** google.rpc.BadRequest */
export type BadRequest = Traced & {
  field_violations?: readonly BadRequest_FieldViolation[] | undefined
}

/** google.rpc.BadRequest.FieldViolation */
export type BadRequest_FieldViolation = Traced & {
  field?: string | undefined
  description?: string | undefined
  reason?: string | undefined
  localized_message?: LocalizedMessage | undefined
}

/** google.rpc.DebugInfo */
export type DebugInfo = Traced & {
  stack_entries?: readonly string[] | undefined
  detail?: string | undefined
}

/** google.rpc.ErrorInfo */
export type ErrorInfo = Traced & {
  reason?: string | undefined
  domain?: string | undefined
  metadata?: { [key: string]: string } | undefined
}

/** google.rpc.Help */
export type Help = Traced & {
  links?: readonly Help_Link[] | undefined
}

/** google.rpc.Help.Link */
export type Help_Link = Traced & {
  description?: string | undefined
  url?: string | undefined
}

/** google.rpc.LocalizedMessage */
export type LocalizedMessage = Traced & {
  locale?: string | undefined
  message?: string | undefined
}

/** google.rpc.PreconditionFailure */
export type PreconditionFailure = Traced & {
  violations?: readonly PreconditionFailure_Violation[] | undefined
}

/** google.rpc.PreconditionFailure.Violation */
export type PreconditionFailure_Violation = Traced & {
  type?: string | undefined
  subject?: string | undefined
  description?: string | undefined
}

/** google.rpc.QuotaFailure */
export type QuotaFailure = Traced & {
  violations?: readonly QuotaFailure_Violation[] | undefined
}

/** google.rpc.QuotaFailure.Violation */
export type QuotaFailure_Violation = Traced & {
  subject?: string | undefined
  description?: string | undefined
  api_service?: string | undefined
  quota_metric?: string | undefined
  quota_id?: string | undefined
  quota_dimensions?: { [key: string]: string } | undefined
  quota_value?: Int64 | undefined
  future_quota_value?: Int64 | undefined
}

/** google.rpc.RequestInfo */
export type RequestInfo = Traced & {
  request_id?: string | undefined
  serving_data?: string | undefined
}

/** google.rpc.ResourceInfo */
export type ResourceInfo = Traced & {
  resource_type?: string | undefined
  resource_name?: string | undefined
  owner?: string | undefined
  description?: string | undefined
}

/** google.rpc.RetryInfo */
export type RetryInfo = Traced & {
  retry_delay?: Duration | undefined
}

/** google.rpc.Status */
export type GoogleStatus = Traced & {
  code?: number | undefined
  message?: string | undefined
  details?: readonly Any[] | undefined
}

/** opentelemetry.proto.collector.logs.v1.ExportLogsPartialSuccess */
export type ExportLogsPartialSuccess = Traced & {
  rejected_log_records?: Int64 | undefined
  error_message?: string | undefined
}

/** opentelemetry.proto.collector.logs.v1.ExportLogsServiceRequest */
export type ExportLogsServiceRequest = Traced & {
  resource_logs?: readonly ResourceLogs[] | undefined
}

/** opentelemetry.proto.collector.logs.v1.ExportLogsServiceResponse */
export type ExportLogsServiceResponse = Traced & {
  partial_success?: ExportLogsPartialSuccess | undefined
}

/** opentelemetry.proto.collector.metrics.v1.ExportMetricsPartialSuccess */
export type ExportMetricsPartialSuccess = Traced & {
  rejected_data_points?: Int64 | undefined
  error_message?: string | undefined
}

/** opentelemetry.proto.collector.metrics.v1.ExportMetricsServiceRequest */
export type ExportMetricsServiceRequest = Traced & {
  resource_metrics?: readonly ResourceMetrics[] | undefined
}

/** opentelemetry.proto.collector.metrics.v1.ExportMetricsServiceResponse */
export type ExportMetricsServiceResponse = Traced & {
  partial_success?: ExportMetricsPartialSuccess | undefined
}

/** opentelemetry.proto.collector.trace.v1.ExportTracePartialSuccess */
export type ExportTracePartialSuccess = Traced & {
  rejected_spans?: Int64 | undefined
  error_message?: string | undefined
}

/** opentelemetry.proto.collector.trace.v1.ExportTraceServiceRequest */
export type ExportTraceServiceRequest = Traced & {
  resource_spans?: readonly ResourceSpans[] | undefined
}

/** opentelemetry.proto.collector.trace.v1.ExportTraceServiceResponse */
export type ExportTraceServiceResponse = Traced & {
  partial_success?: ExportTracePartialSuccess | undefined
}

/** opentelemetry.proto.common.v1.AnyValue */
export type AnyValue = Traced & OneOf<{
  string_value: string
  bool_value: boolean
  int_value: Int64
  double_value: number
  array_value: ArrayValue
  kvlist_value: KeyValueList
  bytes_value: Bytes
  string_value_strindex: number
}>

/** opentelemetry.proto.common.v1.ArrayValue */
export type ArrayValue = Traced & {
  values?: readonly AnyValue[] | undefined
}

/** opentelemetry.proto.common.v1.EntityRef */
export type EntityRef = Traced & {
  schema_url?: string | undefined
  type?: string | undefined
  id_keys?: readonly string[] | undefined
  description_keys?: readonly string[] | undefined
}

/** opentelemetry.proto.common.v1.InstrumentationScope */
export type InstrumentationScope = Traced & {
  name?: string | undefined
  version?: string | undefined
  attributes?: readonly OpentelemetryKeyValue[] | undefined
  dropped_attributes_count?: number | undefined
}

/** opentelemetry.proto.common.v1.KeyValue */
export type OpentelemetryKeyValue = Traced & {
  key?: string | undefined
  value?: AnyValue | undefined
  key_strindex?: number | undefined
}

/** opentelemetry.proto.common.v1.KeyValueList */
export type KeyValueList = Traced & {
  values?: readonly OpentelemetryKeyValue[] | undefined
}

/** opentelemetry.proto.logs.v1.LogRecord */
export type LogRecord = Traced & {
  time_unix_nano?: Int64 | undefined
  observed_time_unix_nano?: Int64 | undefined
  severity_number?: SeverityNumber | undefined
  severity_text?: string | undefined
  body?: AnyValue | undefined
  attributes?: readonly OpentelemetryKeyValue[] | undefined
  dropped_attributes_count?: number | undefined
  flags?: number | undefined
  trace_id?: Bytes | undefined
  span_id?: Bytes | undefined
  event_name?: string | undefined
}

/** opentelemetry.proto.logs.v1.LogsData */
export type LogsData = Traced & {
  resource_logs?: readonly ResourceLogs[] | undefined
}

/** opentelemetry.proto.logs.v1.ResourceLogs */
export type ResourceLogs = Traced & {
  resource?: OpentelemetryResource | undefined
  scope_logs?: readonly ScopeLogs[] | undefined
  schema_url?: string | undefined
}

/** opentelemetry.proto.logs.v1.ScopeLogs */
export type ScopeLogs = Traced & {
  scope?: InstrumentationScope | undefined
  log_records?: readonly LogRecord[] | undefined
  schema_url?: string | undefined
}

/** opentelemetry.proto.metrics.v1.Exemplar */
export type Exemplar = Traced & {
  filtered_attributes?: readonly OpentelemetryKeyValue[] | undefined
  time_unix_nano?: Int64 | undefined
  span_id?: Bytes | undefined
  trace_id?: Bytes | undefined
} & OneOf<{
  as_double: number
  as_int: Int64
}>

/** opentelemetry.proto.metrics.v1.ExponentialHistogram */
export type ExponentialHistogram = Traced & {
  data_points?: readonly ExponentialHistogramDataPoint[] | undefined
  aggregation_temporality?: AggregationTemporality | undefined
}

/** opentelemetry.proto.metrics.v1.ExponentialHistogramDataPoint */
export type ExponentialHistogramDataPoint = Traced & {
  attributes?: readonly OpentelemetryKeyValue[] | undefined
  start_time_unix_nano?: Int64 | undefined
  time_unix_nano?: Int64 | undefined
  count?: Int64 | undefined
  sum?: number | undefined
  scale?: number | undefined
  zero_count?: Int64 | undefined
  positive?: ExponentialHistogramDataPoint_Buckets | undefined
  negative?: ExponentialHistogramDataPoint_Buckets | undefined
  flags?: number | undefined
  exemplars?: readonly Exemplar[] | undefined
  min?: number | undefined
  max?: number | undefined
  zero_threshold?: number | undefined
}

/** opentelemetry.proto.metrics.v1.ExponentialHistogramDataPoint.Buckets */
export type ExponentialHistogramDataPoint_Buckets = Traced & {
  offset?: number | undefined
  bucket_counts?: readonly Int64[] | undefined
}

/** opentelemetry.proto.metrics.v1.Gauge */
export type Gauge = Traced & {
  data_points?: readonly NumberDataPoint[] | undefined
}

/** opentelemetry.proto.metrics.v1.Histogram */
export type Histogram = Traced & {
  data_points?: readonly HistogramDataPoint[] | undefined
  aggregation_temporality?: AggregationTemporality | undefined
}

/** opentelemetry.proto.metrics.v1.HistogramDataPoint */
export type HistogramDataPoint = Traced & {
  attributes?: readonly OpentelemetryKeyValue[] | undefined
  start_time_unix_nano?: Int64 | undefined
  time_unix_nano?: Int64 | undefined
  count?: Int64 | undefined
  sum?: number | undefined
  bucket_counts?: readonly Int64[] | undefined
  explicit_bounds?: readonly number[] | undefined
  exemplars?: readonly Exemplar[] | undefined
  flags?: number | undefined
  min?: number | undefined
  max?: number | undefined
}

/** opentelemetry.proto.metrics.v1.Metric */
export type Metric = Traced & {
  name?: string | undefined
  description?: string | undefined
  unit?: string | undefined
  metadata?: readonly OpentelemetryKeyValue[] | undefined
} & OneOf<{
  gauge: Gauge
  sum: Sum
  histogram: Histogram
  exponential_histogram: ExponentialHistogram
  summary: Summary
}>

/** opentelemetry.proto.metrics.v1.MetricsData */
export type MetricsData = Traced & {
  resource_metrics?: readonly ResourceMetrics[] | undefined
}

/** opentelemetry.proto.metrics.v1.NumberDataPoint */
export type NumberDataPoint = Traced & {
  attributes?: readonly OpentelemetryKeyValue[] | undefined
  start_time_unix_nano?: Int64 | undefined
  time_unix_nano?: Int64 | undefined
  exemplars?: readonly Exemplar[] | undefined
  flags?: number | undefined
} & OneOf<{
  as_double: number
  as_int: Int64
}>

/** opentelemetry.proto.metrics.v1.ResourceMetrics */
export type ResourceMetrics = Traced & {
  resource?: OpentelemetryResource | undefined
  scope_metrics?: readonly ScopeMetrics[] | undefined
  schema_url?: string | undefined
}

/** opentelemetry.proto.metrics.v1.ScopeMetrics */
export type ScopeMetrics = Traced & {
  scope?: InstrumentationScope | undefined
  metrics?: readonly Metric[] | undefined
  schema_url?: string | undefined
}

/** opentelemetry.proto.metrics.v1.Sum */
export type Sum = Traced & {
  data_points?: readonly NumberDataPoint[] | undefined
  aggregation_temporality?: AggregationTemporality | undefined
  is_monotonic?: boolean | undefined
}

/** opentelemetry.proto.metrics.v1.Summary */
export type Summary = Traced & {
  data_points?: readonly SummaryDataPoint[] | undefined
}

/** opentelemetry.proto.metrics.v1.SummaryDataPoint */
export type SummaryDataPoint = Traced & {
  attributes?: readonly OpentelemetryKeyValue[] | undefined
  start_time_unix_nano?: Int64 | undefined
  time_unix_nano?: Int64 | undefined
  count?: Int64 | undefined
  sum?: number | undefined
  quantile_values?: readonly SummaryDataPoint_ValueAtQuantile[] | undefined
  flags?: number | undefined
}

/** opentelemetry.proto.metrics.v1.SummaryDataPoint.ValueAtQuantile */
export type SummaryDataPoint_ValueAtQuantile = Traced & {
  quantile?: number | undefined
  value?: number | undefined
}

/** opentelemetry.proto.resource.v1.Resource */
export type OpentelemetryResource = Traced & {
  attributes?: readonly OpentelemetryKeyValue[] | undefined
  dropped_attributes_count?: number | undefined
  entity_refs?: readonly EntityRef[] | undefined
}

/** opentelemetry.proto.trace.v1.ResourceSpans */
export type ResourceSpans = Traced & {
  resource?: OpentelemetryResource | undefined
  scope_spans?: readonly ScopeSpans[] | undefined
  schema_url?: string | undefined
}

/** opentelemetry.proto.trace.v1.ScopeSpans */
export type ScopeSpans = Traced & {
  scope?: InstrumentationScope | undefined
  spans?: readonly Span[] | undefined
  schema_url?: string | undefined
}

/** opentelemetry.proto.trace.v1.Span */
export type Span = Traced & {
  trace_id?: Bytes | undefined
  span_id?: Bytes | undefined
  trace_state?: string | undefined
  parent_span_id?: Bytes | undefined
  flags?: number | undefined
  name?: string | undefined
  kind?: Span_SpanKind | undefined
  start_time_unix_nano?: Int64 | undefined
  end_time_unix_nano?: Int64 | undefined
  attributes?: readonly OpentelemetryKeyValue[] | undefined
  dropped_attributes_count?: number | undefined
  events?: readonly Span_Event[] | undefined
  dropped_events_count?: number | undefined
  links?: readonly Span_Link[] | undefined
  dropped_links_count?: number | undefined
  status?: OpentelemetryStatus | undefined
}

/** opentelemetry.proto.trace.v1.Span.Event */
export type Span_Event = Traced & {
  time_unix_nano?: Int64 | undefined
  name?: string | undefined
  attributes?: readonly OpentelemetryKeyValue[] | undefined
  dropped_attributes_count?: number | undefined
}

/** opentelemetry.proto.trace.v1.Span.Link */
export type Span_Link = Traced & {
  trace_id?: Bytes | undefined
  span_id?: Bytes | undefined
  trace_state?: string | undefined
  attributes?: readonly OpentelemetryKeyValue[] | undefined
  dropped_attributes_count?: number | undefined
  flags?: number | undefined
}

/** opentelemetry.proto.trace.v1.Status */
export type OpentelemetryStatus = Traced & {
  message?: string | undefined
  code?: OpentelemetryStatus_StatusCode | undefined
}

/** opentelemetry.proto.trace.v1.TracesData */
export type TracesData = Traced & {
  resource_spans?: readonly ResourceSpans[] | undefined
}

/** udpa.type.v1.TypedStruct */
export type UdpaTypedStruct = Traced & {
  type_url?: string | undefined
  value?: Struct | undefined
}

/** xds.core.v3.Authority */
export type Authority = Traced & {
  name?: string | undefined
}

/** xds.core.v3.CidrRange */
export type XdsCidrRange = Traced & {
  address_prefix?: string | undefined
  prefix_len?: number | undefined
}

/** xds.core.v3.CollectionEntry */
export type CollectionEntry = Traced & OneOf<{
  locator: XdsResourceLocator
  inline_entry: CollectionEntry_InlineEntry
}>

/** xds.core.v3.CollectionEntry.InlineEntry */
export type CollectionEntry_InlineEntry = Traced & {
  name?: string | undefined
  version?: string | undefined
  resource?: Any | undefined
}

/** xds.core.v3.ContextParams */
export type ContextParams = Traced & {
  params?: { [key: string]: string } | undefined
}

/** xds.core.v3.Resource */
export type XdsResource = Traced & {
  name?: XdsResourceName | undefined
  version?: string | undefined
  resource?: Any | undefined
}

/** xds.core.v3.ResourceLocator */
export type XdsResourceLocator = Traced & {
  scheme?: XdsResourceLocator_Scheme | undefined
  id?: string | undefined
  authority?: string | undefined
  resource_type?: string | undefined
  directives?: readonly XdsResourceLocator_Directive[] | undefined
} & OneOf<{
  exact_context: ContextParams
}>

/** xds.core.v3.ResourceLocator.Directive */
export type XdsResourceLocator_Directive = Traced & OneOf<{
  alt: XdsResourceLocator
  entry: string
}>

/** xds.core.v3.ResourceName */
export type XdsResourceName = Traced & {
  id?: string | undefined
  authority?: string | undefined
  resource_type?: string | undefined
  context?: ContextParams | undefined
}

/** xds.core.v3.TypedExtensionConfig */
export type XdsTypedExtensionConfig = Traced & {
  name?: string | undefined
  typed_config?: Any | undefined
}

/** xds.type.matcher.v3.CelMatcher */
export type CelMatcher = Traced & {
  expr_match?: CelExpression | undefined
  description?: string | undefined
}

/** xds.type.matcher.v3.DoubleRangeMatcher */
export type DoubleRangeMatcher = Traced & {
  range_matchers?: readonly DoubleRangeMatcher_RangeMatcher[] | undefined
}

/** xds.type.matcher.v3.DoubleRangeMatcher.RangeMatcher */
export type DoubleRangeMatcher_RangeMatcher = Traced & {
  ranges?: readonly XdsDoubleRange[] | undefined
  on_match?: XdsMatcher_OnMatch | undefined
}

/** xds.type.matcher.v3.HttpAttributesCelMatchInput */
export type HttpAttributesCelMatchInput = Traced

/** xds.type.matcher.v3.IPMatcher */
export type IPMatcher = Traced & {
  range_matchers?: readonly IPMatcher_IPRangeMatcher[] | undefined
}

/** xds.type.matcher.v3.IPMatcher.IPRangeMatcher */
export type IPMatcher_IPRangeMatcher = Traced & {
  ranges?: readonly XdsCidrRange[] | undefined
  on_match?: XdsMatcher_OnMatch | undefined
  exclusive?: boolean | undefined
}

/** xds.type.matcher.v3.Int32RangeMatcher */
export type Int32RangeMatcher = Traced & {
  range_matchers?: readonly Int32RangeMatcher_RangeMatcher[] | undefined
}

/** xds.type.matcher.v3.Int32RangeMatcher.RangeMatcher */
export type Int32RangeMatcher_RangeMatcher = Traced & {
  ranges?: readonly XdsInt32Range[] | undefined
  on_match?: XdsMatcher_OnMatch | undefined
}

/** xds.type.matcher.v3.Int64RangeMatcher */
export type Int64RangeMatcher = Traced & {
  range_matchers?: readonly Int64RangeMatcher_RangeMatcher[] | undefined
}

/** xds.type.matcher.v3.Int64RangeMatcher.RangeMatcher */
export type Int64RangeMatcher_RangeMatcher = Traced & {
  ranges?: readonly XdsInt64Range[] | undefined
  on_match?: XdsMatcher_OnMatch | undefined
}

/** xds.type.matcher.v3.ListStringMatcher */
export type XdsListStringMatcher = Traced & {
  patterns?: readonly XdsStringMatcher[] | undefined
}

/** xds.type.matcher.v3.Matcher */
export type XdsMatcher = Traced & {
  on_no_match?: XdsMatcher_OnMatch | undefined
} & OneOf<{
  matcher_list: XdsMatcher_MatcherList
  matcher_tree: XdsMatcher_MatcherTree
}>

/** xds.type.matcher.v3.Matcher.MatcherList */
export type XdsMatcher_MatcherList = Traced & {
  matchers?: readonly XdsMatcher_MatcherList_FieldMatcher[] | undefined
}

/** xds.type.matcher.v3.Matcher.MatcherList.FieldMatcher */
export type XdsMatcher_MatcherList_FieldMatcher = Traced & {
  predicate?: XdsMatcher_MatcherList_Predicate | undefined
  on_match?: XdsMatcher_OnMatch | undefined
}

/** xds.type.matcher.v3.Matcher.MatcherList.Predicate */
export type XdsMatcher_MatcherList_Predicate = Traced & OneOf<{
  single_predicate: XdsMatcher_MatcherList_Predicate_SinglePredicate
  or_matcher: XdsMatcher_MatcherList_Predicate_PredicateList
  and_matcher: XdsMatcher_MatcherList_Predicate_PredicateList
  not_matcher: XdsMatcher_MatcherList_Predicate
}>

/** xds.type.matcher.v3.Matcher.MatcherList.Predicate.PredicateList */
export type XdsMatcher_MatcherList_Predicate_PredicateList = Traced & {
  predicate?: readonly XdsMatcher_MatcherList_Predicate[] | undefined
}

/** xds.type.matcher.v3.Matcher.MatcherList.Predicate.SinglePredicate */
export type XdsMatcher_MatcherList_Predicate_SinglePredicate = Traced & {
  input?: XdsTypedExtensionConfig | undefined
} & OneOf<{
  value_match: XdsStringMatcher
  custom_match: XdsTypedExtensionConfig
}>

/** xds.type.matcher.v3.Matcher.MatcherTree */
export type XdsMatcher_MatcherTree = Traced & {
  input?: XdsTypedExtensionConfig | undefined
} & OneOf<{
  exact_match_map: XdsMatcher_MatcherTree_MatchMap
  prefix_match_map: XdsMatcher_MatcherTree_MatchMap
  custom_match: XdsTypedExtensionConfig
}>

/** xds.type.matcher.v3.Matcher.MatcherTree.MatchMap */
export type XdsMatcher_MatcherTree_MatchMap = Traced & {
  map?: { [key: string]: XdsMatcher_OnMatch } | undefined
}

/** xds.type.matcher.v3.Matcher.OnMatch */
export type XdsMatcher_OnMatch = Traced & {
  keep_matching?: boolean | undefined
} & OneOf<{
  matcher: XdsMatcher
  action: XdsTypedExtensionConfig
}>

/** xds.type.matcher.v3.RegexMatcher */
export type XdsRegexMatcher = Traced & {
  regex?: string | undefined
} & OneOf<{
  google_re2: XdsRegexMatcher_GoogleRE2
}>

/** xds.type.matcher.v3.RegexMatcher.GoogleRE2 */
export type XdsRegexMatcher_GoogleRE2 = Traced

/** xds.type.matcher.v3.ServerNameMatcher */
export type ServerNameMatcher = Traced & {
  domain_matchers?: readonly ServerNameMatcher_DomainMatcher[] | undefined
}

/** xds.type.matcher.v3.ServerNameMatcher.DomainMatcher */
export type ServerNameMatcher_DomainMatcher = Traced & {
  domains?: readonly string[] | undefined
  on_match?: XdsMatcher_OnMatch | undefined
}

/** xds.type.matcher.v3.StringMatcher */
export type XdsStringMatcher = Traced & {
  ignore_case?: boolean | undefined
} & OneOf<{
  exact: string
  prefix: string
  suffix: string
  safe_regex: XdsRegexMatcher
  contains: string
  custom: XdsTypedExtensionConfig
}>

/** xds.type.v3.CelExpression */
export type CelExpression = Traced & {
  cel_expr_parsed?: CelParsedExpr | undefined
  cel_expr_checked?: CelCheckedExpr | undefined
  cel_expr_string?: string | undefined
}

/** xds.type.v3.CelExtractString */
export type CelExtractString = Traced & {
  expr_extract?: CelExpression | undefined
  default_value?: string | undefined
}

/** xds.type.v3.DoubleRange */
export type XdsDoubleRange = Traced & {
  start?: number | undefined
  end?: number | undefined
}

/** xds.type.v3.Int32Range */
export type XdsInt32Range = Traced & {
  start?: number | undefined
  end?: number | undefined
}

/** xds.type.v3.Int64Range */
export type XdsInt64Range = Traced & {
  start?: Int64 | undefined
  end?: Int64 | undefined
}

/** xds.type.v3.TypedStruct */
export type XdsTypedStruct = Traced & {
  type_url?: string | undefined
  value?: Struct | undefined
}

/** cel.expr.SourceInfo.Extension.Component */
export type CelSourceInfo_Extension_Component = 'COMPONENT_UNSPECIFIED' | 'COMPONENT_PARSER' | 'COMPONENT_TYPE_CHECKER' | 'COMPONENT_RUNTIME'

/** cel.expr.Type.PrimitiveType */
export type CelType_PrimitiveType = 'PRIMITIVE_TYPE_UNSPECIFIED' | 'BOOL' | 'INT64' | 'UINT64' | 'DOUBLE' | 'STRING' | 'BYTES'

/** cel.expr.Type.WellKnownType */
export type CelType_WellKnownType = 'WELL_KNOWN_TYPE_UNSPECIFIED' | 'ANY' | 'TIMESTAMP' | 'DURATION'

/** envoy.admin.v3.ClientResourceStatus */
export type ClientResourceStatus = 'UNKNOWN' | 'REQUESTED' | 'DOES_NOT_EXIST' | 'ACKED' | 'NACKED' | 'RECEIVED_ERROR' | 'TIMEOUT'

/** envoy.admin.v3.CommandLineOptions.DrainStrategy */
export type CommandLineOptions_DrainStrategy = 'Gradual' | 'Immediate'

/** envoy.admin.v3.CommandLineOptions.IpVersion */
export type CommandLineOptions_IpVersion = 'v4' | 'v6'

/** envoy.admin.v3.CommandLineOptions.Mode */
export type CommandLineOptions_Mode = 'Serve' | 'Validate' | 'InitOnly'

/** envoy.admin.v3.ServerInfo.State */
export type ServerInfo_State = 'LIVE' | 'DRAINING' | 'PRE_INITIALIZING' | 'INITIALIZING'

/** envoy.admin.v3.SimpleMetric.Type */
export type SimpleMetric_Type = 'COUNTER' | 'GAUGE'

/** envoy.config.accesslog.v3.ComparisonFilter.Op */
export type ComparisonFilter_Op = 'EQ' | 'GE' | 'LE' | 'NE'

/** envoy.config.accesslog.v3.GrpcStatusFilter.Status */
export type GrpcStatusFilter_Status = 'OK' | 'CANCELED' | 'UNKNOWN' | 'INVALID_ARGUMENT' | 'DEADLINE_EXCEEDED' | 'NOT_FOUND' | 'ALREADY_EXISTS' | 'PERMISSION_DENIED' | 'RESOURCE_EXHAUSTED' | 'FAILED_PRECONDITION' | 'ABORTED' | 'OUT_OF_RANGE' | 'UNIMPLEMENTED' | 'INTERNAL' | 'UNAVAILABLE' | 'DATA_LOSS' | 'UNAUTHENTICATED'

/** envoy.config.bootstrap.v3.ApiListenerManager.ThreadingModel */
export type ApiListenerManager_ThreadingModel = 'MAIN_THREAD_ONLY' | 'STANDALONE_WORKER_THREAD'

/** envoy.config.bootstrap.v3.CustomInlineHeader.InlineHeaderType */
export type CustomInlineHeader_InlineHeaderType = 'REQUEST_HEADER' | 'REQUEST_TRAILER' | 'RESPONSE_HEADER' | 'RESPONSE_TRAILER'

/** envoy.config.bootstrap.v3.Watchdog.WatchdogAction.WatchdogEvent */
export type Watchdog_WatchdogAction_WatchdogEvent = 'UNKNOWN' | 'KILL' | 'MULTIKILL' | 'MEGAMISS' | 'MISS'

/** envoy.config.cluster.v3.Cluster.ClusterProtocolSelection */
export type Cluster_ClusterProtocolSelection = 'USE_CONFIGURED_PROTOCOL' | 'USE_DOWNSTREAM_PROTOCOL'

/** envoy.config.cluster.v3.Cluster.DiscoveryType */
export type Cluster_DiscoveryType = 'STATIC' | 'STRICT_DNS' | 'LOGICAL_DNS' | 'EDS' | 'ORIGINAL_DST'

/** envoy.config.cluster.v3.Cluster.DnsLookupFamily */
export type Cluster_DnsLookupFamily = 'AUTO' | 'V4_ONLY' | 'V6_ONLY' | 'V4_PREFERRED' | 'ALL'

/** envoy.config.cluster.v3.Cluster.LbPolicy */
export type Cluster_LbPolicy = 'ROUND_ROBIN' | 'LEAST_REQUEST' | 'RING_HASH' | 'RANDOM' | 'MAGLEV' | 'CLUSTER_PROVIDED' | 'LOAD_BALANCING_POLICY_CONFIG'

/** envoy.config.cluster.v3.Cluster.LbSubsetConfig.LbSubsetFallbackPolicy */
export type Cluster_LbSubsetConfig_LbSubsetFallbackPolicy = 'NO_FALLBACK' | 'ANY_ENDPOINT' | 'DEFAULT_SUBSET'

/** envoy.config.cluster.v3.Cluster.LbSubsetConfig.LbSubsetMetadataFallbackPolicy */
export type Cluster_LbSubsetConfig_LbSubsetMetadataFallbackPolicy = 'METADATA_NO_FALLBACK' | 'FALLBACK_LIST'

/** envoy.config.cluster.v3.Cluster.LbSubsetConfig.LbSubsetSelector.LbSubsetSelectorFallbackPolicy */
export type Cluster_LbSubsetConfig_LbSubsetSelector_LbSubsetSelectorFallbackPolicy = 'NOT_DEFINED' | 'NO_FALLBACK' | 'ANY_ENDPOINT' | 'DEFAULT_SUBSET' | 'KEYS_SUBSET'

/** envoy.config.cluster.v3.Cluster.RingHashLbConfig.HashFunction */
export type Cluster_RingHashLbConfig_HashFunction = 'XX_HASH' | 'MURMUR_HASH_2'

/** envoy.config.cluster.v3.UpstreamConnectionOptions.FirstAddressFamilyVersion */
export type UpstreamConnectionOptions_FirstAddressFamilyVersion = 'DEFAULT' | 'V4' | 'V6' | 'PIPE' | 'INTERNAL'

/** envoy.config.core.v3.ApiConfigSource.ApiType */
export type ApiConfigSource_ApiType = 'REST' | 'GRPC' | 'DELTA_GRPC' | 'AGGREGATED_GRPC' | 'AGGREGATED_DELTA_GRPC'

/** envoy.config.core.v3.ApiVersion */
export type ApiVersion = 'AUTO' | 'V3'

/** envoy.config.core.v3.HeaderValueOption.HeaderAppendAction */
export type HeaderValueOption_HeaderAppendAction = 'APPEND_IF_EXISTS_OR_ADD' | 'ADD_IF_ABSENT' | 'OVERWRITE_IF_EXISTS_OR_ADD' | 'OVERWRITE_IF_EXISTS'

/** envoy.config.core.v3.HealthStatus */
export type HealthStatus = 'UNKNOWN' | 'HEALTHY' | 'UNHEALTHY' | 'DRAINING' | 'TIMEOUT' | 'DEGRADED'

/** envoy.config.core.v3.HttpProtocolOptions.HeadersWithUnderscoresAction */
export type HttpProtocolOptions_HeadersWithUnderscoresAction = 'ALLOW' | 'REJECT_REQUEST' | 'DROP_HEADER'

/** envoy.config.core.v3.KeyValueAppend.KeyValueAppendAction */
export type KeyValueAppend_KeyValueAppendAction = 'APPEND_IF_EXISTS_OR_ADD' | 'ADD_IF_ABSENT' | 'OVERWRITE_IF_EXISTS_OR_ADD' | 'OVERWRITE_IF_EXISTS'

/** envoy.config.core.v3.ProxyProtocolConfig.Version */
export type ProxyProtocolConfig_Version = 'V1' | 'V2'

/** envoy.config.core.v3.ProxyProtocolPassThroughTLVs.PassTLVsMatchType */
export type ProxyProtocolPassThroughTLVs_PassTLVsMatchType = 'INCLUDE_ALL' | 'INCLUDE'

/** envoy.config.core.v3.RequestMethod */
export type RequestMethod = 'METHOD_UNSPECIFIED' | 'GET' | 'HEAD' | 'POST' | 'PUT' | 'DELETE' | 'CONNECT' | 'OPTIONS' | 'TRACE' | 'PATCH'

/** envoy.config.core.v3.RoutingPriority */
export type RoutingPriority = 'DEFAULT' | 'HIGH'

/** envoy.config.core.v3.SocketAddress.Protocol */
export type SocketAddress_Protocol = 'TCP' | 'UDP'

/** envoy.config.core.v3.SocketOption.SocketIpVersion */
export type SocketOption_SocketIpVersion = 'SOCKET_IP_VERSION_UNSPECIFIED' | 'SOCKET_IP_VERSION_IPV4' | 'SOCKET_IP_VERSION_IPV6'

/** envoy.config.core.v3.SocketOption.SocketState */
export type SocketOption_SocketState = 'STATE_PREBIND' | 'STATE_BOUND' | 'STATE_LISTENING'

/** envoy.config.core.v3.TrafficDirection */
export type TrafficDirection = 'UNSPECIFIED' | 'INBOUND' | 'OUTBOUND'

/** envoy.config.listener.v3.FilterChainMatch.ConnectionSourceType */
export type FilterChainMatch_ConnectionSourceType = 'ANY' | 'SAME_IP_OR_LOOPBACK' | 'EXTERNAL'

/** envoy.config.listener.v3.Listener.DrainType */
export type Listener_DrainType = 'DEFAULT' | 'MODIFY_ONLY'

/** envoy.config.metrics.v3.HistogramEmitMode */
export type HistogramEmitMode = 'SUMMARY_AND_HISTOGRAM' | 'SUMMARY' | 'HISTOGRAM'

/** envoy.config.overload.v3.ScaleTimersOverloadActionConfig.TimerType */
export type ScaleTimersOverloadActionConfig_TimerType = 'UNSPECIFIED' | 'HTTP_DOWNSTREAM_CONNECTION_IDLE' | 'HTTP_DOWNSTREAM_STREAM_IDLE' | 'TRANSPORT_SOCKET_CONNECT' | 'HTTP_DOWNSTREAM_CONNECTION_MAX' | 'HTTP_DOWNSTREAM_STREAM_FLUSH'

/** envoy.config.rbac.v3.MetadataSource */
export type MetadataSource = 'DYNAMIC' | 'ROUTE'

/** envoy.config.rbac.v3.RBAC.Action */
export type RBAC_Action = 'ALLOW' | 'DENY' | 'LOG'

/** envoy.config.rbac.v3.RBAC.AuditLoggingOptions.AuditCondition */
export type RBAC_AuditLoggingOptions_AuditCondition = 'NONE' | 'ON_DENY' | 'ON_ALLOW' | 'ON_DENY_AND_ALLOW'

/** envoy.config.route.v3.RateLimit.Action.MetaData.Source */
export type RateLimit_Action_MetaData_Source = 'DYNAMIC' | 'ROUTE_ENTRY' | 'CLUSTER_ENTRY' | 'CLUSTER_LOCALITY_ENTRY'

/** envoy.config.route.v3.RateLimit.XRateLimitOption */
export type RateLimit_XRateLimitOption = 'UNSPECIFIED' | 'OFF' | 'DRAFT_VERSION_03'

/** envoy.config.route.v3.RedirectAction.RedirectResponseCode */
export type RedirectAction_RedirectResponseCode = 'MOVED_PERMANENTLY' | 'FOUND' | 'SEE_OTHER' | 'TEMPORARY_REDIRECT' | 'PERMANENT_REDIRECT'

/** envoy.config.route.v3.RetryPolicy.ResetHeaderFormat */
export type RouteRetryPolicy_ResetHeaderFormat = 'SECONDS' | 'UNIX_TIMESTAMP'

/** envoy.config.route.v3.RouteAction.ClusterNotFoundResponseCode */
export type RouteAction_ClusterNotFoundResponseCode = 'SERVICE_UNAVAILABLE' | 'NOT_FOUND' | 'INTERNAL_SERVER_ERROR'

/** envoy.config.route.v3.RouteAction.InternalRedirectAction */
export type RouteAction_InternalRedirectAction = 'PASS_THROUGH_INTERNAL_REDIRECT' | 'HANDLE_INTERNAL_REDIRECT'

/** envoy.config.route.v3.VirtualHost.TlsRequirementType */
export type VirtualHost_TlsRequirementType = 'NONE' | 'EXTERNAL_ONLY' | 'ALL'

/** envoy.config.tap.v3.OutputSink.Format */
export type OutputSink_Format = 'JSON_BODY_AS_BYTES' | 'JSON_BODY_AS_STRING' | 'PROTO_BINARY' | 'PROTO_BINARY_LENGTH_DELIMITED' | 'PROTO_TEXT'

/** envoy.config.trace.v3.LightstepConfig.PropagationMode */
export type LightstepConfig_PropagationMode = 'ENVOY' | 'LIGHTSTEP' | 'B3' | 'TRACE_CONTEXT'

/** envoy.config.trace.v3.ZipkinConfig.CollectorEndpointVersion */
export type ZipkinConfig_CollectorEndpointVersion = 'HTTP_JSON' | 'HTTP_PROTO' | 'GRPC'

/** envoy.config.trace.v3.ZipkinConfig.TraceContextOption */
export type ZipkinConfig_TraceContextOption = 'USE_B3' | 'USE_B3_WITH_W3C_PROPAGATION'

/** envoy.data.accesslog.v3.AccessLogType */
export type AccessLogType = 'NotSet' | 'TcpUpstreamConnected' | 'TcpPeriodic' | 'TcpConnectionStart' | 'TcpConnectionEnd' | 'DownstreamStart' | 'DownstreamPeriodic' | 'DownstreamEnd' | 'UpstreamPoolReady' | 'UpstreamPeriodic' | 'UpstreamEnd' | 'DownstreamTunnelSuccessfullyEstablished' | 'UdpTunnelUpstreamConnected' | 'UdpPeriodic' | 'UdpSessionEnd'

/** envoy.data.accesslog.v3.HTTPAccessLogEntry.HTTPVersion */
export type HTTPAccessLogEntry_HTTPVersion = 'PROTOCOL_UNSPECIFIED' | 'HTTP10' | 'HTTP11' | 'HTTP2' | 'HTTP3'

/** envoy.data.accesslog.v3.ResponseFlags.Unauthorized.Reason */
export type ResponseFlags_Unauthorized_Reason = 'REASON_UNSPECIFIED' | 'EXTERNAL_SERVICE'

/** envoy.data.accesslog.v3.TLSProperties.TLSVersion */
export type TLSProperties_TLSVersion = 'VERSION_UNSPECIFIED' | 'TLSv1' | 'TLSv1_1' | 'TLSv1_2' | 'TLSv1_3'

/** envoy.data.cluster.v3.Action */
export type DataClusterAction = 'EJECT' | 'UNEJECT'

/** envoy.data.cluster.v3.OutlierEjectionType */
export type OutlierEjectionType = 'CONSECUTIVE_5XX' | 'CONSECUTIVE_GATEWAY_FAILURE' | 'SUCCESS_RATE' | 'CONSECUTIVE_LOCAL_ORIGIN_FAILURE' | 'SUCCESS_RATE_LOCAL_ORIGIN' | 'FAILURE_PERCENTAGE' | 'FAILURE_PERCENTAGE_LOCAL_ORIGIN' | 'DEGRADED'

/** envoy.data.core.v3.HealthCheckFailureType */
export type HealthCheckFailureType = 'ACTIVE' | 'PASSIVE' | 'NETWORK' | 'NETWORK_TIMEOUT'

/** envoy.data.core.v3.HealthCheckerType */
export type HealthCheckerType = 'HTTP' | 'TCP' | 'GRPC' | 'REDIS' | 'THRIFT' | 'DYNAMIC_MODULE' | 'UDP'

/** envoy.extensions.access_loggers.stats.v3.Config.Histogram.Unit */
export type AccessLoggersStatsConfig_Histogram_Unit = 'Unspecified' | 'Bytes' | 'Microseconds' | 'Milliseconds' | 'Percent'

/** envoy.extensions.clusters.common.dns.v3.DnsLookupFamily */
export type DnsLookupFamily = 'UNSPECIFIED' | 'AUTO' | 'V4_ONLY' | 'V6_ONLY' | 'V4_PREFERRED' | 'ALL'

/** envoy.extensions.common.ratelimit.v3.VhRateLimitsOptions */
export type VhRateLimitsOptions = 'OVERRIDE' | 'INCLUDE' | 'IGNORE'

/** envoy.extensions.common.ratelimit.v3.XRateLimitHeadersRFCVersion */
export type XRateLimitHeadersRFCVersion = 'OFF' | 'DRAFT_VERSION_03'

/** envoy.extensions.compression.brotli.compressor.v3.Brotli.EncoderMode */
export type CompressorBrotli_EncoderMode = 'DEFAULT' | 'GENERIC' | 'TEXT' | 'FONT'

/** envoy.extensions.compression.gzip.compressor.v3.Gzip.CompressionLevel */
export type CompressorGzip_CompressionLevel = 'DEFAULT_COMPRESSION' | 'BEST_SPEED' | 'COMPRESSION_LEVEL_1' | 'COMPRESSION_LEVEL_2' | 'COMPRESSION_LEVEL_3' | 'COMPRESSION_LEVEL_4' | 'COMPRESSION_LEVEL_5' | 'COMPRESSION_LEVEL_6' | 'COMPRESSION_LEVEL_7' | 'COMPRESSION_LEVEL_8' | 'COMPRESSION_LEVEL_9' | 'BEST_COMPRESSION'

/** envoy.extensions.compression.gzip.compressor.v3.Gzip.CompressionStrategy */
export type CompressorGzip_CompressionStrategy = 'DEFAULT_STRATEGY' | 'FILTERED' | 'HUFFMAN_ONLY' | 'RLE' | 'FIXED'

/** envoy.extensions.compression.zstd.compressor.v3.Zstd.Strategy */
export type CompressorZstd_Strategy = 'DEFAULT' | 'FAST' | 'DFAST' | 'GREEDY' | 'LAZY' | 'LAZY2' | 'BTLAZY2' | 'BTOPT' | 'BTULTRA' | 'BTULTRA2'

/** envoy.extensions.filters.common.dependency.v3.Dependency.DependencyType */
export type Dependency_DependencyType = 'HEADER' | 'FILTER_STATE_KEY' | 'DYNAMIC_METADATA'

/** envoy.extensions.filters.common.fault.v3.FaultDelay.FaultDelayType */
export type FaultDelay_FaultDelayType = 'FIXED'

/** envoy.extensions.filters.common.set_filter_state.v3.FilterStateValue.SharedWithUpstream */
export type FilterStateValue_SharedWithUpstream = 'NONE' | 'ONCE' | 'TRANSITIVE'

/** envoy.extensions.filters.http.bandwidth_limit.v3.BandwidthLimit.EnableMode */
export type BandwidthLimit_EnableMode = 'DISABLED' | 'REQUEST' | 'RESPONSE' | 'REQUEST_AND_RESPONSE'

/** envoy.extensions.filters.http.ext_authz.v3.ShadowDecision.CheckResult */
export type ShadowDecision_CheckResult = 'UNSPECIFIED' | 'OK' | 'DENIED' | 'ERROR'

/** envoy.extensions.filters.http.ext_proc.v3.ExternalProcessor.RouteCacheAction */
export type ExternalProcessor_RouteCacheAction = 'DEFAULT' | 'CLEAR' | 'RETAIN'

/** envoy.extensions.filters.http.ext_proc.v3.ProcessingMode.BodySendMode */
export type HttpExtProcProcessingMode_BodySendMode = 'NONE' | 'STREAMED' | 'BUFFERED' | 'BUFFERED_PARTIAL' | 'FULL_DUPLEX_STREAMED' | 'GRPC'

/** envoy.extensions.filters.http.ext_proc.v3.ProcessingMode.HeaderSendMode */
export type HttpExtProcProcessingMode_HeaderSendMode = 'DEFAULT' | 'SEND' | 'SKIP'

/** envoy.extensions.filters.http.grpc_json_transcoder.v3.GrpcJsonTranscoder.UrlUnescapeSpec */
export type GrpcJsonTranscoder_UrlUnescapeSpec = 'ALL_CHARACTERS_EXCEPT_RESERVED' | 'ALL_CHARACTERS_EXCEPT_SLASH' | 'ALL_CHARACTERS'

/** envoy.extensions.filters.http.gzip.v3.Gzip.CompressionLevel.Enum */
export type HttpGzip_CompressionLevel_Enum = 'DEFAULT' | 'BEST' | 'SPEED'

/** envoy.extensions.filters.http.gzip.v3.Gzip.CompressionStrategy */
export type HttpGzip_CompressionStrategy = 'DEFAULT' | 'FILTERED' | 'HUFFMAN' | 'RLE'

/** envoy.extensions.filters.http.header_to_metadata.v3.Config.ValueEncode */
export type HeaderToMetadataConfig_ValueEncode = 'NONE' | 'BASE64'

/** envoy.extensions.filters.http.header_to_metadata.v3.Config.ValueType */
export type HeaderToMetadataConfig_ValueType = 'STRING' | 'NUMBER' | 'PROTOBUF_VALUE'

/** envoy.extensions.filters.http.ip_tagging.v3.IPTagging.IpTagHeader.HeaderAction */
export type IPTagging_IpTagHeader_HeaderAction = 'SANITIZE' | 'APPEND_IF_EXISTS_OR_ADD'

/** envoy.extensions.filters.http.ip_tagging.v3.IPTagging.RequestType */
export type IPTagging_RequestType = 'BOTH' | 'INTERNAL' | 'EXTERNAL'

/** envoy.extensions.filters.http.json_to_metadata.v3.JsonToMetadata.ValueType */
export type JsonToMetadata_ValueType = 'PROTOBUF_VALUE' | 'STRING' | 'NUMBER'

/** envoy.extensions.filters.http.kill_request.v3.KillRequest.Direction */
export type KillRequest_Direction = 'REQUEST' | 'RESPONSE'

/** envoy.extensions.filters.http.oauth2.v3.CookieConfig.SameSite */
export type CookieConfig_SameSite = 'DISABLED' | 'STRICT' | 'LAX' | 'NONE'

/** envoy.extensions.filters.http.oauth2.v3.OAuth2Config.AuthType */
export type OAuth2Config_AuthType = 'URL_ENCODED_BODY' | 'BASIC_AUTH' | 'TLS_CLIENT_AUTH' | 'PRIVATE_KEY_JWT'

/** envoy.extensions.filters.http.oauth2.v3.PrivateKeyJwtConfig.SigningAlgorithm */
export type PrivateKeyJwtConfig_SigningAlgorithm = 'RS256' | 'RS384' | 'RS512' | 'ES256' | 'ES384' | 'ES512'

/** envoy.extensions.filters.http.proto_api_scrubber.v3.ProtoApiScrubberConfig.FilteringMode */
export type ProtoApiScrubberConfig_FilteringMode = 'OVERRIDE'

/** envoy.extensions.filters.http.proto_message_extraction.v3.MethodExtraction.ExtractDirective */
export type MethodExtraction_ExtractDirective = 'ExtractDirective_UNSPECIFIED' | 'EXTRACT' | 'EXTRACT_REDACT' | 'EXTRACT_REPEATED_CARDINALITY'

/** envoy.extensions.filters.http.proto_message_extraction.v3.ProtoMessageExtractionConfig.ExtractMode */
export type ProtoMessageExtractionConfig_ExtractMode = 'ExtractMode_UNSPECIFIED' | 'FIRST_AND_LAST'

/** envoy.extensions.filters.http.ratelimit.v3.RateLimit.XRateLimitHeadersRFCVersion */
export type HttpRateLimit_XRateLimitHeadersRFCVersion = 'OFF' | 'DRAFT_VERSION_03'

/** envoy.extensions.filters.http.ratelimit.v3.RateLimitPerRoute.OverrideOptions */
export type RateLimitPerRoute_OverrideOptions = 'DEFAULT' | 'OVERRIDE_POLICY' | 'INCLUDE_POLICY' | 'IGNORE_POLICY'

/** envoy.extensions.filters.http.ratelimit.v3.RateLimitPerRoute.VhRateLimitsOptions */
export type RateLimitPerRoute_VhRateLimitsOptions = 'OVERRIDE' | 'INCLUDE' | 'IGNORE'

/** envoy.extensions.filters.http.transform.v3.BodyTransformation.TransformAction */
export type BodyTransformation_TransformAction = 'MERGE' | 'REPLACE'

/** envoy.extensions.filters.listener.proxy_protocol.v3.ProxyProtocol.KeyValuePair.ValueStringEncoding */
export type ProxyProtocol_KeyValuePair_ValueStringEncoding = 'UNSPECIFIED' | 'SANITIZED_UTF8' | 'BASE64'

/** envoy.extensions.filters.listener.proxy_protocol.v3.ProxyProtocol.TlvLocation */
export type ProxyProtocol_TlvLocation = 'DYNAMIC_METADATA' | 'FILTER_STATE'

/** envoy.extensions.filters.network.ext_proc.v3.ProcessingMode.DataSendMode */
export type NetworkExtProcProcessingMode_DataSendMode = 'STREAMED' | 'SKIP'

/** envoy.extensions.filters.network.http_connection_manager.v3.HttpConnectionManager.CodecType */
export type HttpConnectionManager_CodecType = 'AUTO' | 'HTTP1' | 'HTTP2' | 'HTTP3'

/** envoy.extensions.filters.network.http_connection_manager.v3.HttpConnectionManager.ForwardClientCertDetails */
export type HttpConnectionManager_ForwardClientCertDetails = 'SANITIZE' | 'FORWARD_ONLY' | 'APPEND_FORWARD' | 'SANITIZE_SET' | 'ALWAYS_FORWARD_ONLY'

/** envoy.extensions.filters.network.http_connection_manager.v3.HttpConnectionManager.ForwardClientCertFormat */
export type HttpConnectionManager_ForwardClientCertFormat = 'TEXT' | 'JSON'

/** envoy.extensions.filters.network.http_connection_manager.v3.HttpConnectionManager.PathWithEscapedSlashesAction */
export type HttpConnectionManager_PathWithEscapedSlashesAction = 'IMPLEMENTATION_SPECIFIC_DEFAULT' | 'KEEP_UNCHANGED' | 'REJECT_REQUEST' | 'UNESCAPE_AND_REDIRECT' | 'UNESCAPE_AND_FORWARD'

/** envoy.extensions.filters.network.http_connection_manager.v3.HttpConnectionManager.ServerHeaderTransformation */
export type HttpConnectionManager_ServerHeaderTransformation = 'OVERWRITE' | 'APPEND_IF_ABSENT' | 'PASS_THROUGH'

/** envoy.extensions.filters.network.http_connection_manager.v3.HttpConnectionManager.Tracing.OperationName */
export type HttpConnectionManager_Tracing_OperationName = 'INGRESS' | 'EGRESS'

/** envoy.extensions.filters.network.rbac.v3.RBAC.EnforcementType */
export type NetworkRBAC_EnforcementType = 'ONE_TIME_ON_FIRST_BYTE' | 'CONTINUOUS'

/** envoy.extensions.filters.network.tcp_proxy.v3.ProxyProtocolTlvMergePolicy */
export type ProxyProtocolTlvMergePolicy = 'ADD_IF_ABSENT' | 'OVERWRITE_BY_TYPE_IF_EXISTS_OR_ADD' | 'APPEND_IF_EXISTS_OR_ADD'

/** envoy.extensions.filters.network.tcp_proxy.v3.UpstreamConnectMode */
export type UpstreamConnectMode = 'IMMEDIATE' | 'ON_DOWNSTREAM_DATA' | 'ON_DOWNSTREAM_TLS_HANDSHAKE'

/** envoy.extensions.http.header_formatters.preserve_case.v3.PreserveCaseFormatterConfig.FormatterTypeOnEnvoyHeaders */
export type PreserveCaseFormatterConfig_FormatterTypeOnEnvoyHeaders = 'DEFAULT' | 'PROPER_CASE'

/** envoy.extensions.http.header_validators.envoy_default.v3.HeaderValidatorConfig.HeadersWithUnderscoresAction */
export type HeaderValidatorConfig_HeadersWithUnderscoresAction = 'ALLOW' | 'REJECT_REQUEST' | 'DROP_HEADER'

/** envoy.extensions.http.header_validators.envoy_default.v3.HeaderValidatorConfig.UriPathNormalizationOptions.PathWithEscapedSlashesAction */
export type HeaderValidatorConfig_UriPathNormalizationOptions_PathWithEscapedSlashesAction = 'IMPLEMENTATION_SPECIFIC_DEFAULT' | 'KEEP_UNCHANGED' | 'REJECT_REQUEST' | 'UNESCAPE_AND_REDIRECT' | 'UNESCAPE_AND_FORWARD'

/** envoy.extensions.http.injected_credentials.oauth2.v3.OAuth2.AuthType */
export type InjectedCredentialsOAuth2_AuthType = 'BASIC_AUTH' | 'URL_ENCODED_BODY' | 'TLS_CLIENT_AUTH'

/** envoy.extensions.load_balancing_policies.common.v3.LocalityLbConfig.ZoneAwareLbConfig.LocalityBasis */
export type LocalityLbConfig_ZoneAwareLbConfig_LocalityBasis = 'HEALTHY_HOSTS_NUM' | 'HEALTHY_HOSTS_WEIGHT'

/** envoy.extensions.load_balancing_policies.least_request.v3.LeastRequest.SelectionMethod */
export type LeastRequest_SelectionMethod = 'N_CHOICES' | 'FULL_SCAN'

/** envoy.extensions.load_balancing_policies.ring_hash.v3.RingHash.HashFunction */
export type RingHash_HashFunction = 'DEFAULT_HASH' | 'XX_HASH' | 'MURMUR_HASH_2'

/** envoy.extensions.load_balancing_policies.subset.v3.Subset.LbSubsetFallbackPolicy */
export type Subset_LbSubsetFallbackPolicy = 'NO_FALLBACK' | 'ANY_ENDPOINT' | 'DEFAULT_SUBSET'

/** envoy.extensions.load_balancing_policies.subset.v3.Subset.LbSubsetMetadataFallbackPolicy */
export type Subset_LbSubsetMetadataFallbackPolicy = 'METADATA_NO_FALLBACK' | 'FALLBACK_LIST'

/** envoy.extensions.load_balancing_policies.subset.v3.Subset.LbSubsetSelector.LbSubsetSelectorFallbackPolicy */
export type Subset_LbSubsetSelector_LbSubsetSelectorFallbackPolicy = 'NOT_DEFINED' | 'NO_FALLBACK' | 'ANY_ENDPOINT' | 'DEFAULT_SUBSET' | 'KEYS_SUBSET'

/** envoy.extensions.resource_monitors.cpu_utilization.v3.CpuUtilizationConfig.UtilizationComputeStrategy */
export type CpuUtilizationConfig_UtilizationComputeStrategy = 'HOST' | 'CONTAINER'

/** envoy.extensions.transport_sockets.tls.v3.CertificateValidationContext.TrustChainVerification */
export type CertificateValidationContext_TrustChainVerification = 'VERIFY_TRUST_CHAIN' | 'ACCEPT_UNTRUSTED'

/** envoy.extensions.transport_sockets.tls.v3.DownstreamTlsContext.OcspStaplePolicy */
export type DownstreamTlsContext_OcspStaplePolicy = 'LENIENT_STAPLING' | 'STRICT_STAPLING' | 'MUST_STAPLE'

/** envoy.extensions.transport_sockets.tls.v3.SubjectAltNameMatcher.SanType */
export type SubjectAltNameMatcher_SanType = 'SAN_TYPE_UNSPECIFIED' | 'EMAIL' | 'DNS' | 'URI' | 'IP_ADDRESS' | 'OTHER_NAME'

/** envoy.extensions.transport_sockets.tls.v3.TlsParameters.CompliancePolicy */
export type TlsParameters_CompliancePolicy = 'FIPS_202205' | 'CNSA2_202603' | 'CNSA1_202603'

/** envoy.extensions.transport_sockets.tls.v3.TlsParameters.TlsProtocol */
export type TlsParameters_TlsProtocol = 'TLS_AUTO' | 'TLSv1_0' | 'TLSv1_1' | 'TLSv1_2' | 'TLSv1_3'

/** envoy.extensions.wasm.v3.FailurePolicy */
export type FailurePolicy = 'UNSPECIFIED' | 'FAIL_RELOAD' | 'FAIL_CLOSED' | 'FAIL_OPEN'

/** envoy.service.ext_proc.v3.CommonResponse.ResponseStatus */
export type CommonResponse_ResponseStatus = 'CONTINUE' | 'CONTINUE_AND_REPLACE'

/** envoy.service.health.v3.Capability.Protocol */
export type Capability_Protocol = 'HTTP' | 'TCP' | 'REDIS'

/** envoy.service.network_ext_proc.v3.ProcessingResponse.ConnectionStatus */
export type NetworkExtProcProcessingResponse_ConnectionStatus = 'CONTINUE' | 'CLOSE' | 'CLOSE_RST'

/** envoy.service.network_ext_proc.v3.ProcessingResponse.DataProcessedStatus */
export type NetworkExtProcProcessingResponse_DataProcessedStatus = 'UNKNOWN' | 'UNMODIFIED' | 'MODIFIED'

/** envoy.service.ratelimit.v3.RateLimitResponse.Code */
export type RateLimitResponse_Code = 'UNKNOWN' | 'OK' | 'OVER_LIMIT'

/** envoy.service.ratelimit.v3.RateLimitResponse.RateLimit.Unit */
export type RateLimitResponse_RateLimit_Unit = 'UNKNOWN' | 'SECOND' | 'MINUTE' | 'HOUR' | 'DAY' | 'WEEK' | 'MONTH' | 'YEAR'

/** envoy.service.status.v3.ClientConfigStatus */
export type ClientConfigStatus = 'CLIENT_UNKNOWN' | 'CLIENT_REQUESTED' | 'CLIENT_ACKED' | 'CLIENT_NACKED' | 'CLIENT_RECEIVED_ERROR'

/** envoy.service.status.v3.ConfigStatus */
export type ConfigStatus = 'UNKNOWN' | 'SYNCED' | 'NOT_SENT' | 'STALE' | 'ERROR'

/** envoy.type.tracing.v3.CustomTag.ValueType */
export type CustomTag_ValueType = 'UNSPECIFIED' | 'STRING' | 'INT' | 'DOUBLE' | 'BOOL'

/** envoy.type.v3.CodecClientType */
export type CodecClientType = 'HTTP1' | 'HTTP2' | 'HTTP3'

/** envoy.type.v3.FractionalPercent.DenominatorType */
export type FractionalPercent_DenominatorType = 'HUNDRED' | 'TEN_THOUSAND' | 'MILLION'

/** envoy.type.v3.RateLimitStrategy.BlanketRule */
export type RateLimitStrategy_BlanketRule = 'ALLOW_ALL' | 'DENY_ALL'

/** envoy.type.v3.RateLimitUnit */
export type RateLimitUnit = 'UNKNOWN' | 'SECOND' | 'MINUTE' | 'HOUR' | 'DAY' | 'MONTH' | 'YEAR'

/** envoy.type.v3.StatusCode */
export type StatusCode = 'Empty' | 'Continue' | 'OK' | 'Created' | 'Accepted' | 'NonAuthoritativeInformation' | 'NoContent' | 'ResetContent' | 'PartialContent' | 'MultiStatus' | 'AlreadyReported' | 'IMUsed' | 'MultipleChoices' | 'MovedPermanently' | 'Found' | 'SeeOther' | 'NotModified' | 'UseProxy' | 'TemporaryRedirect' | 'PermanentRedirect' | 'BadRequest' | 'Unauthorized' | 'PaymentRequired' | 'Forbidden' | 'NotFound' | 'MethodNotAllowed' | 'NotAcceptable' | 'ProxyAuthenticationRequired' | 'RequestTimeout' | 'Conflict' | 'Gone' | 'LengthRequired' | 'PreconditionFailed' | 'PayloadTooLarge' | 'URITooLong' | 'UnsupportedMediaType' | 'RangeNotSatisfiable' | 'ExpectationFailed' | 'MisdirectedRequest' | 'UnprocessableEntity' | 'Locked' | 'FailedDependency' | 'UpgradeRequired' | 'PreconditionRequired' | 'TooManyRequests' | 'RequestHeaderFieldsTooLarge' | 'InternalServerError' | 'NotImplemented' | 'BadGateway' | 'ServiceUnavailable' | 'GatewayTimeout' | 'HTTPVersionNotSupported' | 'VariantAlsoNegotiates' | 'InsufficientStorage' | 'LoopDetected' | 'NotExtended' | 'NetworkAuthenticationRequired'

/** google.api.FieldInfo.Format */
export type FieldInfo_Format = 'FORMAT_UNSPECIFIED' | 'UUID4' | 'IPV4' | 'IPV6' | 'IPV4_OR_IPV6'

/** google.api.ResourceDescriptor.History */
export type ResourceDescriptor_History = 'HISTORY_UNSPECIFIED' | 'ORIGINALLY_SINGLE_PATTERN' | 'FUTURE_MULTI_PATTERN'

/** google.api.ResourceDescriptor.Style */
export type ResourceDescriptor_Style = 'STYLE_UNSPECIFIED' | 'DECLARATIVE_FRIENDLY'

/** google.api.expr.v1alpha1.SourceInfo.Extension.Component */
export type GoogleSourceInfo_Extension_Component = 'COMPONENT_UNSPECIFIED' | 'COMPONENT_PARSER' | 'COMPONENT_TYPE_CHECKER' | 'COMPONENT_RUNTIME'

/** google.api.expr.v1alpha1.Type.PrimitiveType */
export type GoogleType_PrimitiveType = 'PRIMITIVE_TYPE_UNSPECIFIED' | 'BOOL' | 'INT64' | 'UINT64' | 'DOUBLE' | 'STRING' | 'BYTES'

/** google.api.expr.v1alpha1.Type.WellKnownType */
export type GoogleType_WellKnownType = 'WELL_KNOWN_TYPE_UNSPECIFIED' | 'ANY' | 'TIMESTAMP' | 'DURATION'

/** opentelemetry.proto.logs.v1.LogRecordFlags */
export type LogRecordFlags = 'LOG_RECORD_FLAGS_DO_NOT_USE' | 'LOG_RECORD_FLAGS_TRACE_FLAGS_MASK'

/** opentelemetry.proto.logs.v1.SeverityNumber */
export type SeverityNumber = 'SEVERITY_NUMBER_UNSPECIFIED' | 'SEVERITY_NUMBER_TRACE' | 'SEVERITY_NUMBER_TRACE2' | 'SEVERITY_NUMBER_TRACE3' | 'SEVERITY_NUMBER_TRACE4' | 'SEVERITY_NUMBER_DEBUG' | 'SEVERITY_NUMBER_DEBUG2' | 'SEVERITY_NUMBER_DEBUG3' | 'SEVERITY_NUMBER_DEBUG4' | 'SEVERITY_NUMBER_INFO' | 'SEVERITY_NUMBER_INFO2' | 'SEVERITY_NUMBER_INFO3' | 'SEVERITY_NUMBER_INFO4' | 'SEVERITY_NUMBER_WARN' | 'SEVERITY_NUMBER_WARN2' | 'SEVERITY_NUMBER_WARN3' | 'SEVERITY_NUMBER_WARN4' | 'SEVERITY_NUMBER_ERROR' | 'SEVERITY_NUMBER_ERROR2' | 'SEVERITY_NUMBER_ERROR3' | 'SEVERITY_NUMBER_ERROR4' | 'SEVERITY_NUMBER_FATAL' | 'SEVERITY_NUMBER_FATAL2' | 'SEVERITY_NUMBER_FATAL3' | 'SEVERITY_NUMBER_FATAL4'

/** opentelemetry.proto.metrics.v1.AggregationTemporality */
export type AggregationTemporality = 'AGGREGATION_TEMPORALITY_UNSPECIFIED' | 'AGGREGATION_TEMPORALITY_DELTA' | 'AGGREGATION_TEMPORALITY_CUMULATIVE'

/** opentelemetry.proto.metrics.v1.DataPointFlags */
export type DataPointFlags = 'DATA_POINT_FLAGS_DO_NOT_USE' | 'DATA_POINT_FLAGS_NO_RECORDED_VALUE_MASK'

/** opentelemetry.proto.trace.v1.Span.SpanKind */
export type Span_SpanKind = 'SPAN_KIND_UNSPECIFIED' | 'SPAN_KIND_INTERNAL' | 'SPAN_KIND_SERVER' | 'SPAN_KIND_CLIENT' | 'SPAN_KIND_PRODUCER' | 'SPAN_KIND_CONSUMER'

/** opentelemetry.proto.trace.v1.SpanFlags */
export type SpanFlags = 'SPAN_FLAGS_DO_NOT_USE' | 'SPAN_FLAGS_TRACE_FLAGS_MASK' | 'SPAN_FLAGS_CONTEXT_HAS_IS_REMOTE_MASK' | 'SPAN_FLAGS_CONTEXT_IS_REMOTE_MASK'

/** opentelemetry.proto.trace.v1.Status.StatusCode */
export type OpentelemetryStatus_StatusCode = 'STATUS_CODE_UNSET' | 'STATUS_CODE_OK' | 'STATUS_CODE_ERROR'

/** xds.core.v3.ResourceLocator.Scheme */
export type XdsResourceLocator_Scheme = 'XDSTP' | 'HTTP' | 'FILE'

/** Messages an Any holds, by full name. */
export interface Messages {
  'envoy.config.accesslog.v3.AccessLog': AccessLog
  'envoy.config.accesslog.v3.AccessLogFilter': AccessLogFilter
  'envoy.config.accesslog.v3.AndFilter': AndFilter
  'envoy.config.accesslog.v3.ComparisonFilter': ComparisonFilter
  'envoy.config.accesslog.v3.DurationFilter': DurationFilter
  'envoy.config.accesslog.v3.ExtensionFilter': ExtensionFilter
  'envoy.config.accesslog.v3.GrpcStatusFilter': GrpcStatusFilter
  'envoy.config.accesslog.v3.HeaderFilter': HeaderFilter
  'envoy.config.accesslog.v3.LogTypeFilter': LogTypeFilter
  'envoy.config.accesslog.v3.MetadataFilter': MetadataFilter
  'envoy.config.accesslog.v3.NotHealthCheckFilter': NotHealthCheckFilter
  'envoy.config.accesslog.v3.OrFilter': OrFilter
  'envoy.config.accesslog.v3.ResponseFlagFilter': ResponseFlagFilter
  'envoy.config.accesslog.v3.RuntimeFilter': RuntimeFilter
  'envoy.config.accesslog.v3.StatusCodeFilter': StatusCodeFilter
  'envoy.config.accesslog.v3.TraceableFilter': TraceableFilter
  'envoy.config.bootstrap.v3.Admin': Admin
  'envoy.config.bootstrap.v3.ApiListenerManager': ApiListenerManager
  'envoy.config.bootstrap.v3.Bootstrap': Bootstrap
  'envoy.config.bootstrap.v3.ClusterManager': ClusterManager
  'envoy.config.bootstrap.v3.CustomInlineHeader': CustomInlineHeader
  'envoy.config.bootstrap.v3.FatalAction': FatalAction
  'envoy.config.bootstrap.v3.LayeredRuntime': LayeredRuntime
  'envoy.config.bootstrap.v3.ListenerManager': ListenerManager
  'envoy.config.bootstrap.v3.MemoryAllocatorManager': MemoryAllocatorManager
  'envoy.config.bootstrap.v3.Runtime': Runtime
  'envoy.config.bootstrap.v3.RuntimeLayer': RuntimeLayer
  'envoy.config.bootstrap.v3.ValidationListenerManager': ValidationListenerManager
  'envoy.config.bootstrap.v3.Watchdog': Watchdog
  'envoy.config.bootstrap.v3.Watchdogs': Watchdogs
  'envoy.config.cluster.v3.CircuitBreakers': CircuitBreakers
  'envoy.config.cluster.v3.Cluster': Cluster
  'envoy.config.cluster.v3.ClusterCollection': ClusterCollection
  'envoy.config.cluster.v3.Filter': ClusterFilter
  'envoy.config.cluster.v3.LoadBalancingPolicy': LoadBalancingPolicy
  'envoy.config.cluster.v3.OutlierDetection': OutlierDetection
  'envoy.config.cluster.v3.TrackClusterStats': TrackClusterStats
  'envoy.config.cluster.v3.UpstreamConnectionOptions': UpstreamConnectionOptions
  'envoy.config.common.key_value.v3.KeyValueStoreConfig': KeyValueStoreConfig
  'envoy.config.common.matcher.v3.HttpGenericBodyMatch': MatcherHttpGenericBodyMatch
  'envoy.config.common.matcher.v3.HttpHeadersMatch': MatcherHttpHeadersMatch
  'envoy.config.common.matcher.v3.MatchPredicate': MatcherMatchPredicate
  'envoy.config.common.matcher.v3.Matcher': CommonMatcher
  'envoy.config.common.mutation_rules.v3.HeaderMutation': MutationRulesHeaderMutation
  'envoy.config.common.mutation_rules.v3.HeaderMutationRules': HeaderMutationRules
  'envoy.config.core.v3.Address': Address
  'envoy.config.core.v3.AggregatedConfigSource': AggregatedConfigSource
  'envoy.config.core.v3.AlternateProtocolsCacheOptions': AlternateProtocolsCacheOptions
  'envoy.config.core.v3.ApiConfigSource': ApiConfigSource
  'envoy.config.core.v3.AsyncDataSource': AsyncDataSource
  'envoy.config.core.v3.BackoffStrategy': BackoffStrategy
  'envoy.config.core.v3.BindConfig': BindConfig
  'envoy.config.core.v3.BuildVersion': BuildVersion
  'envoy.config.core.v3.CelExpressionConfig': CelExpressionConfig
  'envoy.config.core.v3.CidrRange': CidrRange
  'envoy.config.core.v3.ConfigSource': ConfigSource
  'envoy.config.core.v3.ControlPlane': ControlPlane
  'envoy.config.core.v3.DataSource': DataSource
  'envoy.config.core.v3.DnsResolutionConfig': DnsResolutionConfig
  'envoy.config.core.v3.DnsResolverOptions': DnsResolverOptions
  'envoy.config.core.v3.EnvoyInternalAddress': EnvoyInternalAddress
  'envoy.config.core.v3.EventServiceConfig': EventServiceConfig
  'envoy.config.core.v3.Extension': Extension
  'envoy.config.core.v3.ExtensionConfigSource': ExtensionConfigSource
  'envoy.config.core.v3.ExtraSourceAddress': ExtraSourceAddress
  'envoy.config.core.v3.GrpcMethodList': GrpcMethodList
  'envoy.config.core.v3.GrpcProtocolOptions': GrpcProtocolOptions
  'envoy.config.core.v3.GrpcService': GrpcService
  'envoy.config.core.v3.HeaderMap': HeaderMap
  'envoy.config.core.v3.HeaderValue': HeaderValue
  'envoy.config.core.v3.HeaderValueOption': HeaderValueOption
  'envoy.config.core.v3.HealthCheck': HealthCheck
  'envoy.config.core.v3.HealthStatusSet': HealthStatusSet
  'envoy.config.core.v3.Http1ProtocolOptions': Http1ProtocolOptions
  'envoy.config.core.v3.Http2ProtocolOptions': Http2ProtocolOptions
  'envoy.config.core.v3.Http3ProtocolOptions': Http3ProtocolOptions
  'envoy.config.core.v3.HttpProtocolOptions': HttpProtocolOptions
  'envoy.config.core.v3.HttpService': HttpService
  'envoy.config.core.v3.HttpUri': HttpUri
  'envoy.config.core.v3.JsonFormatOptions': JsonFormatOptions
  'envoy.config.core.v3.KeepaliveSettings': KeepaliveSettings
  'envoy.config.core.v3.KeyValue': KeyValue
  'envoy.config.core.v3.KeyValueAppend': KeyValueAppend
  'envoy.config.core.v3.KeyValueMutation': KeyValueMutation
  'envoy.config.core.v3.KeyValuePair': KeyValuePair
  'envoy.config.core.v3.Locality': Locality
  'envoy.config.core.v3.Metadata': Metadata
  'envoy.config.core.v3.Node': Node
  'envoy.config.core.v3.PathConfigSource': PathConfigSource
  'envoy.config.core.v3.PerHostConfig': PerHostConfig
  'envoy.config.core.v3.Pipe': Pipe
  'envoy.config.core.v3.ProxyProtocolConfig': ProxyProtocolConfig
  'envoy.config.core.v3.ProxyProtocolPassThroughTLVs': ProxyProtocolPassThroughTLVs
  'envoy.config.core.v3.QueryParameter': QueryParameter
  'envoy.config.core.v3.QuicKeepAliveSettings': QuicKeepAliveSettings
  'envoy.config.core.v3.QuicProtocolOptions': QuicProtocolOptions
  'envoy.config.core.v3.RateLimitSettings': RateLimitSettings
  'envoy.config.core.v3.RemoteDataSource': RemoteDataSource
  'envoy.config.core.v3.RetryPolicy': RetryPolicy
  'envoy.config.core.v3.RuntimeDouble': RuntimeDouble
  'envoy.config.core.v3.RuntimeFeatureFlag': RuntimeFeatureFlag
  'envoy.config.core.v3.RuntimeFractionalPercent': RuntimeFractionalPercent
  'envoy.config.core.v3.RuntimePercent': RuntimePercent
  'envoy.config.core.v3.RuntimeUInt32': RuntimeUInt32
  'envoy.config.core.v3.RuntimeUInt64': RuntimeUInt64
  'envoy.config.core.v3.SchemeHeaderTransformation': SchemeHeaderTransformation
  'envoy.config.core.v3.SelfConfigSource': SelfConfigSource
  'envoy.config.core.v3.SocketAddress': SocketAddress
  'envoy.config.core.v3.SocketCmsgHeaders': SocketCmsgHeaders
  'envoy.config.core.v3.SocketOption': SocketOption
  'envoy.config.core.v3.SocketOptionsOverride': SocketOptionsOverride
  'envoy.config.core.v3.SubstitutionFormatString': SubstitutionFormatString
  'envoy.config.core.v3.TcpKeepalive': TcpKeepalive
  'envoy.config.core.v3.TcpProtocolOptions': TcpProtocolOptions
  'envoy.config.core.v3.TlvEntry': TlvEntry
  'envoy.config.core.v3.TransportSocket': TransportSocket
  'envoy.config.core.v3.TypedExtensionConfig': TypedExtensionConfig
  'envoy.config.core.v3.UdpSocketConfig': UdpSocketConfig
  'envoy.config.core.v3.UpstreamHttpProtocolOptions': UpstreamHttpProtocolOptions
  'envoy.config.core.v3.WatchedDirectory': WatchedDirectory
  'envoy.config.endpoint.v3.ClusterLoadAssignment': ClusterLoadAssignment
  'envoy.config.endpoint.v3.ClusterStats': ClusterStats
  'envoy.config.endpoint.v3.Endpoint': Endpoint
  'envoy.config.endpoint.v3.EndpointLoadMetricStats': EndpointLoadMetricStats
  'envoy.config.endpoint.v3.LbEndpoint': LbEndpoint
  'envoy.config.endpoint.v3.LbEndpointCollection': LbEndpointCollection
  'envoy.config.endpoint.v3.LedsClusterLocalityConfig': LedsClusterLocalityConfig
  'envoy.config.endpoint.v3.LocalityLbEndpoints': LocalityLbEndpoints
  'envoy.config.endpoint.v3.UnnamedEndpointLoadMetricStats': UnnamedEndpointLoadMetricStats
  'envoy.config.endpoint.v3.UpstreamEndpointStats': UpstreamEndpointStats
  'envoy.config.endpoint.v3.UpstreamLocalityStats': UpstreamLocalityStats
  'envoy.config.grpc_credential.v3.FileBasedMetadataConfig': FileBasedMetadataConfig
  'envoy.config.listener.v3.ActiveRawUdpListenerConfig': ActiveRawUdpListenerConfig
  'envoy.config.listener.v3.AdditionalAddress': AdditionalAddress
  'envoy.config.listener.v3.ApiListener': ApiListener
  'envoy.config.listener.v3.Filter': Filter
  'envoy.config.listener.v3.FilterChain': FilterChain
  'envoy.config.listener.v3.FilterChainMatch': FilterChainMatch
  'envoy.config.listener.v3.Listener': Listener
  'envoy.config.listener.v3.ListenerCollection': ListenerCollection
  'envoy.config.listener.v3.ListenerFilter': ListenerFilter
  'envoy.config.listener.v3.ListenerFilterChainMatchPredicate': ListenerFilterChainMatchPredicate
  'envoy.config.listener.v3.QuicProtocolOptions': ListenerQuicProtocolOptions
  'envoy.config.listener.v3.UdpListenerConfig': UdpListenerConfig
  'envoy.config.metrics.v3.DogStatsdSink': DogStatsdSink
  'envoy.config.metrics.v3.HistogramBucketSettings': HistogramBucketSettings
  'envoy.config.metrics.v3.HystrixSink': HystrixSink
  'envoy.config.metrics.v3.MetricsServiceConfig': MetricsServiceConfig
  'envoy.config.metrics.v3.StatsConfig': StatsConfig
  'envoy.config.metrics.v3.StatsMatcher': StatsMatcher
  'envoy.config.metrics.v3.StatsSink': StatsSink
  'envoy.config.metrics.v3.StatsdSink': StatsdSink
  'envoy.config.metrics.v3.TagSpecifier': TagSpecifier
  'envoy.config.overload.v3.BufferFactoryConfig': BufferFactoryConfig
  'envoy.config.overload.v3.LoadShedPoint': LoadShedPoint
  'envoy.config.overload.v3.OverloadAction': OverloadAction
  'envoy.config.overload.v3.OverloadManager': OverloadManager
  'envoy.config.overload.v3.ResourceMonitor': ResourceMonitor
  'envoy.config.overload.v3.ScaleTimersOverloadActionConfig': ScaleTimersOverloadActionConfig
  'envoy.config.overload.v3.ScaledTrigger': ScaledTrigger
  'envoy.config.overload.v3.ShrinkHeapConfig': ShrinkHeapConfig
  'envoy.config.overload.v3.ThresholdTrigger': ThresholdTrigger
  'envoy.config.overload.v3.Trigger': Trigger
  'envoy.config.ratelimit.v3.RateLimitServiceConfig': RateLimitServiceConfig
  'envoy.config.rbac.v3.Action': Action
  'envoy.config.rbac.v3.Permission': Permission
  'envoy.config.rbac.v3.Policy': Policy
  'envoy.config.rbac.v3.Principal': Principal
  'envoy.config.rbac.v3.RBAC': RBAC
  'envoy.config.rbac.v3.SourcedMetadata': SourcedMetadata
  'envoy.config.route.v3.ClusterSpecifierPlugin': ClusterSpecifierPlugin
  'envoy.config.route.v3.CookieMatcher': CookieMatcher
  'envoy.config.route.v3.CorsPolicy': CorsPolicy
  'envoy.config.route.v3.Decorator': Decorator
  'envoy.config.route.v3.DirectResponseAction': DirectResponseAction
  'envoy.config.route.v3.FilterAction': FilterAction
  'envoy.config.route.v3.FilterConfig': FilterConfig
  'envoy.config.route.v3.HeaderMatcher': HeaderMatcher
  'envoy.config.route.v3.HedgePolicy': HedgePolicy
  'envoy.config.route.v3.InternalRedirectPolicy': InternalRedirectPolicy
  'envoy.config.route.v3.NonForwardingAction': NonForwardingAction
  'envoy.config.route.v3.QueryParameterMatcher': QueryParameterMatcher
  'envoy.config.route.v3.RateLimit': RateLimit
  'envoy.config.route.v3.RedirectAction': RedirectAction
  'envoy.config.route.v3.RetryPolicy': RouteRetryPolicy
  'envoy.config.route.v3.Route': Route
  'envoy.config.route.v3.RouteAction': RouteAction
  'envoy.config.route.v3.RouteConfiguration': RouteConfiguration
  'envoy.config.route.v3.RouteList': RouteList
  'envoy.config.route.v3.RouteMatch': RouteMatch
  'envoy.config.route.v3.ScopedRouteConfiguration': ScopedRouteConfiguration
  'envoy.config.route.v3.Tracing': Tracing
  'envoy.config.route.v3.Vhds': Vhds
  'envoy.config.route.v3.VirtualCluster': VirtualCluster
  'envoy.config.route.v3.VirtualHost': VirtualHost
  'envoy.config.route.v3.WeightedCluster': WeightedCluster
  'envoy.config.tap.v3.BufferedAdminSink': BufferedAdminSink
  'envoy.config.tap.v3.FilePerTapSink': FilePerTapSink
  'envoy.config.tap.v3.HttpGenericBodyMatch': TapHttpGenericBodyMatch
  'envoy.config.tap.v3.HttpHeadersMatch': TapHttpHeadersMatch
  'envoy.config.tap.v3.MatchPredicate': TapMatchPredicate
  'envoy.config.tap.v3.OutputConfig': OutputConfig
  'envoy.config.tap.v3.OutputSink': OutputSink
  'envoy.config.tap.v3.StreamingAdminSink': StreamingAdminSink
  'envoy.config.tap.v3.StreamingGrpcSink': StreamingGrpcSink
  'envoy.config.tap.v3.TapConfig': TapConfig
  'envoy.config.trace.v3.ClientConfig': ClientConfig
  'envoy.config.trace.v3.DatadogConfig': DatadogConfig
  'envoy.config.trace.v3.DatadogRemoteConfig': DatadogRemoteConfig
  'envoy.config.trace.v3.DynamicOtConfig': DynamicOtConfig
  'envoy.config.trace.v3.LightstepConfig': LightstepConfig
  'envoy.config.trace.v3.OpenTelemetryConfig': OpenTelemetryConfig
  'envoy.config.trace.v3.SkyWalkingConfig': SkyWalkingConfig
  'envoy.config.trace.v3.TraceServiceConfig': TraceServiceConfig
  'envoy.config.trace.v3.Tracing': TraceTracing
  'envoy.config.trace.v3.XRayConfig': XRayConfig
  'envoy.config.trace.v3.ZipkinConfig': ZipkinConfig
  'envoy.config.upstream.local_address_selector.v3.DefaultLocalAddressSelector': DefaultLocalAddressSelector
  'envoy.extensions.access_loggers.file.v3.FileAccessLog': FileAccessLog
  'envoy.extensions.access_loggers.filters.cel.v3.ExpressionFilter': ExpressionFilter
  'envoy.extensions.access_loggers.filters.process_ratelimit.v3.DynamicTokenBucket': DynamicTokenBucket
  'envoy.extensions.access_loggers.filters.process_ratelimit.v3.ProcessRateLimitFilter': ProcessRateLimitFilter
  'envoy.extensions.access_loggers.grpc.v3.CommonGrpcAccessLogConfig': CommonGrpcAccessLogConfig
  'envoy.extensions.access_loggers.grpc.v3.HttpGrpcAccessLogConfig': HttpGrpcAccessLogConfig
  'envoy.extensions.access_loggers.grpc.v3.TcpGrpcAccessLogConfig': TcpGrpcAccessLogConfig
  'envoy.extensions.access_loggers.open_telemetry.v3.OpenTelemetryAccessLogConfig': OpenTelemetryAccessLogConfig
  'envoy.extensions.access_loggers.stats.v3.Config': AccessLoggersStatsConfig
  'envoy.extensions.access_loggers.stream.v3.StderrAccessLog': StderrAccessLog
  'envoy.extensions.access_loggers.stream.v3.StdoutAccessLog': StdoutAccessLog
  'envoy.extensions.access_loggers.wasm.v3.WasmAccessLog': WasmAccessLog
  'envoy.extensions.bootstrap.internal_listener.v3.InternalListener': InternalListener
  'envoy.extensions.clusters.aggregate.v3.AggregateClusterResource': AggregateClusterResource
  'envoy.extensions.clusters.aggregate.v3.ClusterConfig': AggregateClusterConfig
  'envoy.extensions.clusters.composite.v3.ClusterConfig': CompositeClusterConfig
  'envoy.extensions.clusters.dns.v3.DnsCluster': DnsCluster
  'envoy.extensions.clusters.dynamic_forward_proxy.v3.ClusterConfig': DynamicForwardProxyClusterConfig
  'envoy.extensions.clusters.dynamic_forward_proxy.v3.SubClustersConfig': SubClustersConfig
  'envoy.extensions.clusters.original_dst.v3.OriginalDstCluster': OriginalDstCluster
  'envoy.extensions.common.async_files.v3.AsyncFileManagerConfig': AsyncFileManagerConfig
  'envoy.extensions.common.dynamic_forward_proxy.v3.DnsCacheCircuitBreakers': DnsCacheCircuitBreakers
  'envoy.extensions.common.dynamic_forward_proxy.v3.DnsCacheConfig': DnsCacheConfig
  'envoy.extensions.common.matching.v3.ExtensionWithMatcher': ExtensionWithMatcher
  'envoy.extensions.common.matching.v3.ExtensionWithMatcherPerRoute': ExtensionWithMatcherPerRoute
  'envoy.extensions.common.ratelimit.v3.LocalClusterRateLimit': LocalClusterRateLimit
  'envoy.extensions.common.ratelimit.v3.LocalRateLimitDescriptor': LocalRateLimitDescriptor
  'envoy.extensions.common.ratelimit.v3.RateLimitDescriptor': RateLimitDescriptor
  'envoy.extensions.common.tap.v3.AdminConfig': AdminConfig
  'envoy.extensions.common.tap.v3.CommonExtensionConfig': CommonExtensionConfig
  'envoy.extensions.compression.brotli.compressor.v3.Brotli': CompressorBrotli
  'envoy.extensions.compression.brotli.decompressor.v3.Brotli': DecompressorBrotli
  'envoy.extensions.compression.gzip.compressor.v3.Gzip': CompressorGzip
  'envoy.extensions.compression.gzip.decompressor.v3.Gzip': DecompressorGzip
  'envoy.extensions.compression.zstd.compressor.v3.Zstd': CompressorZstd
  'envoy.extensions.compression.zstd.decompressor.v3.Zstd': DecompressorZstd
  'envoy.extensions.config.validators.minimum_clusters.v3.MinimumClustersValidator': MinimumClustersValidator
  'envoy.extensions.content_parsers.json.v3.JsonContentParser': JsonContentParser
  'envoy.extensions.early_data.v3.DefaultEarlyDataPolicy': DefaultEarlyDataPolicy
  'envoy.extensions.filters.common.dependency.v3.Dependency': Dependency
  'envoy.extensions.filters.common.dependency.v3.FilterDependencies': FilterDependencies
  'envoy.extensions.filters.common.dependency.v3.MatchingRequirements': MatchingRequirements
  'envoy.extensions.filters.common.fault.v3.FaultDelay': FaultDelay
  'envoy.extensions.filters.common.fault.v3.FaultRateLimit': FaultRateLimit
  'envoy.extensions.filters.common.jwks.v3.JwksAsyncFetch': CommonJwksAsyncFetch
  'envoy.extensions.filters.common.jwks.v3.JwtHandshakeValidator': JwtHandshakeValidator
  'envoy.extensions.filters.common.jwks.v3.RemoteJwks': JwksRemoteJwks
  'envoy.extensions.filters.common.matcher.action.v3.SkipFilter': SkipFilter
  'envoy.extensions.filters.common.set_filter_state.v3.FilterStateValue': FilterStateValue
  'envoy.extensions.filters.http.adaptive_concurrency.v3.AdaptiveConcurrency': AdaptiveConcurrency
  'envoy.extensions.filters.http.adaptive_concurrency.v3.GradientControllerConfig': GradientControllerConfig
  'envoy.extensions.filters.http.admission_control.v3.AdmissionControl': AdmissionControl
  'envoy.extensions.filters.http.alternate_protocols_cache.v3.FilterConfig': AlternateProtocolsCacheFilterConfig
  'envoy.extensions.filters.http.api_key_auth.v3.ApiKeyAuth': ApiKeyAuth
  'envoy.extensions.filters.http.api_key_auth.v3.ApiKeyAuthPerRoute': ApiKeyAuthPerRoute
  'envoy.extensions.filters.http.api_key_auth.v3.Credential': Credential
  'envoy.extensions.filters.http.api_key_auth.v3.Forwarding': Forwarding
  'envoy.extensions.filters.http.api_key_auth.v3.KeySource': KeySource
  'envoy.extensions.filters.http.bandwidth_limit.v3.BandwidthLimit': BandwidthLimit
  'envoy.extensions.filters.http.bandwidth_share.v3.BandwidthShare': BandwidthShare
  'envoy.extensions.filters.http.basic_auth.v3.BasicAuth': BasicAuth
  'envoy.extensions.filters.http.basic_auth.v3.BasicAuthPerRoute': BasicAuthPerRoute
  'envoy.extensions.filters.http.body_size_limit.v3.BodySizeLimit': BodySizeLimit
  'envoy.extensions.filters.http.buffer.v3.Buffer': Buffer
  'envoy.extensions.filters.http.buffer.v3.BufferPerRoute': BufferPerRoute
  'envoy.extensions.filters.http.cache.v3.CacheConfig': CacheConfig
  'envoy.extensions.filters.http.cache_v2.v3.CacheV2Config': CacheV2Config
  'envoy.extensions.filters.http.cdn_loop.v3.CdnLoopConfig': CdnLoopConfig
  'envoy.extensions.filters.http.composite.v3.Composite': Composite
  'envoy.extensions.filters.http.composite.v3.CompositePerRoute': CompositePerRoute
  'envoy.extensions.filters.http.composite.v3.DynamicConfig': DynamicConfig
  'envoy.extensions.filters.http.composite.v3.ExecuteFilterAction': ExecuteFilterAction
  'envoy.extensions.filters.http.composite.v3.FilterChainConfiguration': FilterChainConfiguration
  'envoy.extensions.filters.http.compressor.v3.Compressor': Compressor
  'envoy.extensions.filters.http.compressor.v3.CompressorOverrides': CompressorOverrides
  'envoy.extensions.filters.http.compressor.v3.CompressorPerRoute': CompressorPerRoute
  'envoy.extensions.filters.http.compressor.v3.ResponseDirectionOverrides': ResponseDirectionOverrides
  'envoy.extensions.filters.http.connect_grpc_bridge.v3.FilterConfig': ConnectGrpcBridgeFilterConfig
  'envoy.extensions.filters.http.cors.v3.Cors': Cors
  'envoy.extensions.filters.http.cors.v3.CorsPolicy': HttpCorsPolicy
  'envoy.extensions.filters.http.credential_injector.v3.CredentialInjector': CredentialInjector
  'envoy.extensions.filters.http.csrf.v3.CsrfPolicy': CsrfPolicy
  'envoy.extensions.filters.http.custom_response.v3.CustomResponse': CustomResponse
  'envoy.extensions.filters.http.decompressor.v3.Decompressor': Decompressor
  'envoy.extensions.filters.http.dynamic_forward_proxy.v3.FilterConfig': DynamicForwardProxyFilterConfig
  'envoy.extensions.filters.http.dynamic_forward_proxy.v3.PerRouteConfig': DynamicForwardProxyPerRouteConfig
  'envoy.extensions.filters.http.dynamic_forward_proxy.v3.SubClusterConfig': SubClusterConfig
  'envoy.extensions.filters.http.ext_authz.v3.AuthorizationRequest': AuthorizationRequest
  'envoy.extensions.filters.http.ext_authz.v3.AuthorizationResponse': AuthorizationResponse
  'envoy.extensions.filters.http.ext_authz.v3.BufferSettings': BufferSettings
  'envoy.extensions.filters.http.ext_authz.v3.CheckSettings': CheckSettings
  'envoy.extensions.filters.http.ext_authz.v3.ExtAuthz': HttpExtAuthz
  'envoy.extensions.filters.http.ext_authz.v3.ExtAuthzPerRoute': ExtAuthzPerRoute
  'envoy.extensions.filters.http.ext_authz.v3.HttpService': ExtAuthzHttpService
  'envoy.extensions.filters.http.ext_authz.v3.ShadowDecision': ShadowDecision
  'envoy.extensions.filters.http.ext_proc.v3.ExtProcHttpService': ExtProcHttpService
  'envoy.extensions.filters.http.ext_proc.v3.ExtProcOverrides': ExtProcOverrides
  'envoy.extensions.filters.http.ext_proc.v3.ExtProcPerRoute': ExtProcPerRoute
  'envoy.extensions.filters.http.ext_proc.v3.ExternalProcessor': ExternalProcessor
  'envoy.extensions.filters.http.ext_proc.v3.HeaderForwardingRules': HeaderForwardingRules
  'envoy.extensions.filters.http.ext_proc.v3.MetadataOptions': HttpExtProcMetadataOptions
  'envoy.extensions.filters.http.ext_proc.v3.ProcessingMode': HttpExtProcProcessingMode
  'envoy.extensions.filters.http.fault.v3.FaultAbort': FaultAbort
  'envoy.extensions.filters.http.fault.v3.HTTPFault': HTTPFault
  'envoy.extensions.filters.http.file_server.v3.FileServerConfig': FileServerConfig
  'envoy.extensions.filters.http.filter_chain.v3.FilterChain': HttpFilterChain
  'envoy.extensions.filters.http.filter_chain.v3.FilterChainConfig': FilterChainConfig
  'envoy.extensions.filters.http.filter_chain.v3.FilterChainConfigPerRoute': FilterChainConfigPerRoute
  'envoy.extensions.filters.http.grpc_field_extraction.v3.FieldExtractions': FieldExtractions
  'envoy.extensions.filters.http.grpc_field_extraction.v3.GrpcFieldExtractionConfig': GrpcFieldExtractionConfig
  'envoy.extensions.filters.http.grpc_field_extraction.v3.RequestFieldValueDisposition': RequestFieldValueDisposition
  'envoy.extensions.filters.http.grpc_http1_bridge.v3.Config': GrpcHttp1BridgeConfig
  'envoy.extensions.filters.http.grpc_json_transcoder.v3.GrpcJsonTranscoder': GrpcJsonTranscoder
  'envoy.extensions.filters.http.grpc_json_transcoder.v3.UnknownQueryParams': UnknownQueryParams
  'envoy.extensions.filters.http.grpc_stats.v3.FilterConfig': GrpcStatsFilterConfig
  'envoy.extensions.filters.http.grpc_stats.v3.FilterObject': FilterObject
  'envoy.extensions.filters.http.grpc_web.v3.GrpcWeb': GrpcWeb
  'envoy.extensions.filters.http.gzip.v3.Gzip': HttpGzip
  'envoy.extensions.filters.http.header_mutation.v3.HeaderMutation': HttpHeaderMutation
  'envoy.extensions.filters.http.header_mutation.v3.HeaderMutationPerRoute': HeaderMutationPerRoute
  'envoy.extensions.filters.http.header_mutation.v3.Mutations': Mutations
  'envoy.extensions.filters.http.header_to_metadata.v3.Config': HeaderToMetadataConfig
  'envoy.extensions.filters.http.health_check.v3.HealthCheck': HttpHealthCheck
  'envoy.extensions.filters.http.ip_tagging.v3.IPTagging': IPTagging
  'envoy.extensions.filters.http.json_to_metadata.v3.JsonToMetadata': JsonToMetadata
  'envoy.extensions.filters.http.jwt_authn.v3.ExtractOnlyWithoutValidation': ExtractOnlyWithoutValidation
  'envoy.extensions.filters.http.jwt_authn.v3.FilterStateRule': FilterStateRule
  'envoy.extensions.filters.http.jwt_authn.v3.JwksAsyncFetch': JwtAuthnJwksAsyncFetch
  'envoy.extensions.filters.http.jwt_authn.v3.JwtAuthentication': JwtAuthentication
  'envoy.extensions.filters.http.jwt_authn.v3.JwtCacheConfig': JwtCacheConfig
  'envoy.extensions.filters.http.jwt_authn.v3.JwtClaimToHeader': JwtClaimToHeader
  'envoy.extensions.filters.http.jwt_authn.v3.JwtHeader': JwtHeader
  'envoy.extensions.filters.http.jwt_authn.v3.JwtProvider': JwtProvider
  'envoy.extensions.filters.http.jwt_authn.v3.JwtRequirement': JwtRequirement
  'envoy.extensions.filters.http.jwt_authn.v3.JwtRequirementAndList': JwtRequirementAndList
  'envoy.extensions.filters.http.jwt_authn.v3.JwtRequirementOrList': JwtRequirementOrList
  'envoy.extensions.filters.http.jwt_authn.v3.PerRouteConfig': JwtAuthnPerRouteConfig
  'envoy.extensions.filters.http.jwt_authn.v3.ProviderWithAudiences': ProviderWithAudiences
  'envoy.extensions.filters.http.jwt_authn.v3.RemoteJwks': JwtAuthnRemoteJwks
  'envoy.extensions.filters.http.jwt_authn.v3.RequirementRule': RequirementRule
  'envoy.extensions.filters.http.kill_request.v3.KillRequest': KillRequest
  'envoy.extensions.filters.http.local_ratelimit.v3.LocalRateLimit': HttpLocalRateLimit
  'envoy.extensions.filters.http.lua.v3.Lua': HttpLua
  'envoy.extensions.filters.http.lua.v3.LuaPerRoute': LuaPerRoute
  'envoy.extensions.filters.http.oauth2.v3.CookieConfig': CookieConfig
  'envoy.extensions.filters.http.oauth2.v3.CookieConfigs': CookieConfigs
  'envoy.extensions.filters.http.oauth2.v3.OAuth2': HttpOAuth2
  'envoy.extensions.filters.http.oauth2.v3.OAuth2Config': OAuth2Config
  'envoy.extensions.filters.http.oauth2.v3.OAuth2Credentials': OAuth2Credentials
  'envoy.extensions.filters.http.oauth2.v3.OAuth2PerRoute': OAuth2PerRoute
  'envoy.extensions.filters.http.oauth2.v3.OAuth2TokenForwarding': OAuth2TokenForwarding
  'envoy.extensions.filters.http.oauth2.v3.PostLogoutRedirectUri': PostLogoutRedirectUri
  'envoy.extensions.filters.http.oauth2.v3.PrivateKeyJwtConfig': PrivateKeyJwtConfig
  'envoy.extensions.filters.http.oauth2.v3.TokenCookieChunking': TokenCookieChunking
  'envoy.extensions.filters.http.on_demand.v3.OnDemand': OnDemand
  'envoy.extensions.filters.http.on_demand.v3.OnDemandCds': OnDemandCds
  'envoy.extensions.filters.http.on_demand.v3.PerRouteConfig': OnDemandPerRouteConfig
  'envoy.extensions.filters.http.original_src.v3.OriginalSrc': HttpOriginalSrc
  'envoy.extensions.filters.http.proto_api_scrubber.v3.DescriptorSet': DescriptorSet
  'envoy.extensions.filters.http.proto_api_scrubber.v3.MessageRestrictions': MessageRestrictions
  'envoy.extensions.filters.http.proto_api_scrubber.v3.MethodRestrictions': MethodRestrictions
  'envoy.extensions.filters.http.proto_api_scrubber.v3.ProtoApiScrubberConfig': ProtoApiScrubberConfig
  'envoy.extensions.filters.http.proto_api_scrubber.v3.RemoveFieldAction': RemoveFieldAction
  'envoy.extensions.filters.http.proto_api_scrubber.v3.RestrictionConfig': RestrictionConfig
  'envoy.extensions.filters.http.proto_api_scrubber.v3.Restrictions': Restrictions
  'envoy.extensions.filters.http.proto_message_extraction.v3.MethodExtraction': MethodExtraction
  'envoy.extensions.filters.http.proto_message_extraction.v3.ProtoMessageExtractionConfig': ProtoMessageExtractionConfig
  'envoy.extensions.filters.http.rate_limit_quota.v3.RateLimitQuotaBucketSettings': RateLimitQuotaBucketSettings
  'envoy.extensions.filters.http.rate_limit_quota.v3.RateLimitQuotaFilterConfig': RateLimitQuotaFilterConfig
  'envoy.extensions.filters.http.rate_limit_quota.v3.RateLimitQuotaOverride': RateLimitQuotaOverride
  'envoy.extensions.filters.http.ratelimit.v3.RateLimit': HttpRateLimit
  'envoy.extensions.filters.http.ratelimit.v3.RateLimitPerRoute': RateLimitPerRoute
  'envoy.extensions.filters.http.rbac.v3.RBAC': HttpRBAC
  'envoy.extensions.filters.http.rbac.v3.RBACPerRoute': RBACPerRoute
  'envoy.extensions.filters.http.router.v3.Router': Router
  'envoy.extensions.filters.http.set_filter_state.v3.Config': HttpSetFilterStateConfig
  'envoy.extensions.filters.http.set_metadata.v3.Config': SetMetadataConfig
  'envoy.extensions.filters.http.set_metadata.v3.Metadata': SetMetadataMetadata
  'envoy.extensions.filters.http.sse_to_metadata.v3.SseToMetadata': SseToMetadata
  'envoy.extensions.filters.http.stateful_session.v3.StatefulSession': StatefulSession
  'envoy.extensions.filters.http.stateful_session.v3.StatefulSessionPerRoute': StatefulSessionPerRoute
  'envoy.extensions.filters.http.tap.v3.Tap': HttpTap
  'envoy.extensions.filters.http.transform.v3.BodyTransformation': BodyTransformation
  'envoy.extensions.filters.http.transform.v3.TransformConfig': TransformConfig
  'envoy.extensions.filters.http.transform.v3.Transformation': Transformation
  'envoy.extensions.filters.http.upstream_codec.v3.UpstreamCodec': UpstreamCodec
  'envoy.extensions.filters.http.wasm.v3.Wasm': HttpWasm
  'envoy.extensions.filters.listener.http_inspector.v3.HttpInspector': HttpInspector
  'envoy.extensions.filters.listener.local_ratelimit.v3.LocalRateLimit': ListenerLocalRateLimit
  'envoy.extensions.filters.listener.original_dst.v3.OriginalDst': OriginalDst
  'envoy.extensions.filters.listener.original_src.v3.OriginalSrc': ListenerOriginalSrc
  'envoy.extensions.filters.listener.proxy_protocol.v3.ProxyProtocol': ProxyProtocol
  'envoy.extensions.filters.listener.set_filter_state.v3.Config': ListenerSetFilterStateConfig
  'envoy.extensions.filters.listener.tls_inspector.v3.TlsInspector': TlsInspector
  'envoy.extensions.filters.network.connection_limit.v3.ConnectionLimit': ConnectionLimit
  'envoy.extensions.filters.network.direct_response.v3.Config': DirectResponseConfig
  'envoy.extensions.filters.network.echo.v3.Echo': Echo
  'envoy.extensions.filters.network.ext_authz.v3.ExtAuthz': NetworkExtAuthz
  'envoy.extensions.filters.network.ext_proc.v3.MetadataOptions': NetworkExtProcMetadataOptions
  'envoy.extensions.filters.network.ext_proc.v3.NetworkExternalProcessor': NetworkExternalProcessor
  'envoy.extensions.filters.network.ext_proc.v3.ProcessingMode': NetworkExtProcProcessingMode
  'envoy.extensions.filters.network.http_connection_manager.v3.EnvoyMobileHttpConnectionManager': EnvoyMobileHttpConnectionManager
  'envoy.extensions.filters.network.http_connection_manager.v3.ForwardProtoConfig': ForwardProtoConfig
  'envoy.extensions.filters.network.http_connection_manager.v3.HttpConnectionManager': HttpConnectionManager
  'envoy.extensions.filters.network.http_connection_manager.v3.HttpFilter': HttpFilter
  'envoy.extensions.filters.network.http_connection_manager.v3.LocalReplyConfig': LocalReplyConfig
  'envoy.extensions.filters.network.http_connection_manager.v3.Rds': Rds
  'envoy.extensions.filters.network.http_connection_manager.v3.RequestIDExtension': RequestIDExtension
  'envoy.extensions.filters.network.http_connection_manager.v3.ResponseMapper': ResponseMapper
  'envoy.extensions.filters.network.http_connection_manager.v3.ScopedRds': ScopedRds
  'envoy.extensions.filters.network.http_connection_manager.v3.ScopedRouteConfigurationsList': ScopedRouteConfigurationsList
  'envoy.extensions.filters.network.http_connection_manager.v3.ScopedRoutes': ScopedRoutes
  'envoy.extensions.filters.network.local_ratelimit.v3.LocalRateLimit': NetworkLocalRateLimit
  'envoy.extensions.filters.network.ratelimit.v3.RateLimit': NetworkRateLimit
  'envoy.extensions.filters.network.rbac.v3.RBAC': NetworkRBAC
  'envoy.extensions.filters.network.set_filter_state.v3.Config': NetworkSetFilterStateConfig
  'envoy.extensions.filters.network.sni_cluster.v3.SniCluster': SniCluster
  'envoy.extensions.filters.network.sni_dynamic_forward_proxy.v3.FilterConfig': SniDynamicForwardProxyFilterConfig
  'envoy.extensions.filters.network.tcp_bandwidth_limit.v3.TcpBandwidthLimit': TcpBandwidthLimit
  'envoy.extensions.filters.network.tcp_proxy.v3.TcpProxy': TcpProxy
  'envoy.extensions.filters.network.wasm.v3.Wasm': NetworkWasm
  'envoy.extensions.formatter.cel.v3.Cel': Cel
  'envoy.extensions.formatter.file_content.v3.FileContent': FileContent
  'envoy.extensions.formatter.generic_secret.v3.GenericSecret': FormatterGenericSecret
  'envoy.extensions.formatter.metadata.v3.Metadata': FormatterMetadata
  'envoy.extensions.formatter.req_without_query.v3.ReqWithoutQuery': ReqWithoutQuery
  'envoy.extensions.grpc_service.call_credentials.access_token.v3.AccessTokenCredentials': AccessTokenCredentials
  'envoy.extensions.grpc_service.call_credentials.file_based_metadata.v3.FileBasedMetadataCallCredentials': FileBasedMetadataCallCredentials
  'envoy.extensions.grpc_service.call_credentials.google_compute_engine.v3.GoogleComputeEngineCredentials': GoogleComputeEngineCredentials
  'envoy.extensions.grpc_service.call_credentials.google_iam.v3.GoogleIamCredentials': GoogleIamCredentials
  'envoy.extensions.grpc_service.call_credentials.google_refresh_token.v3.GoogleRefreshTokenCredentials': GoogleRefreshTokenCredentials
  'envoy.extensions.grpc_service.call_credentials.service_account_jwt_access.v3.ServiceAccountJwtAccessCredentials': ServiceAccountJwtAccessCredentials
  'envoy.extensions.grpc_service.call_credentials.sts_service.v3.StsServiceCredentials': StsServiceCredentials
  'envoy.extensions.grpc_service.channel_credentials.google_default.v3.GoogleDefaultCredentials': GoogleDefaultCredentials
  'envoy.extensions.grpc_service.channel_credentials.insecure.v3.InsecureCredentials': InsecureCredentials
  'envoy.extensions.grpc_service.channel_credentials.local.v3.LocalCredentials': LocalCredentials
  'envoy.extensions.grpc_service.channel_credentials.tls.v3.TlsCredentials': TlsCredentials
  'envoy.extensions.grpc_service.channel_credentials.xds.v3.XdsCredentials': XdsCredentials
  'envoy.extensions.health_check.event_sinks.file.v3.HealthCheckEventFileSink': HealthCheckEventFileSink
  'envoy.extensions.http.cache.simple_http_cache.v3.SimpleHttpCacheConfig': SimpleHttpCacheConfig
  'envoy.extensions.http.cache_v2.simple_http_cache.v3.SimpleHttpCacheV2Config': SimpleHttpCacheV2Config
  'envoy.extensions.http.custom_response.local_response_policy.v3.LocalResponsePolicy': LocalResponsePolicy
  'envoy.extensions.http.custom_response.redirect_policy.v3.RedirectPolicy': RedirectPolicy
  'envoy.extensions.http.early_header_mutation.header_mutation.v3.HeaderMutation': EarlyHeaderMutationHeaderMutation
  'envoy.extensions.http.ext_proc.processing_request_modifiers.mapped_attribute_builder.v3.MappedAttributeBuilder': MappedAttributeBuilder
  'envoy.extensions.http.ext_proc.response_processors.save_processing_response.v3.SaveProcessingResponse': SaveProcessingResponse
  'envoy.extensions.http.header_formatters.preserve_case.v3.PreserveCaseFormatterConfig': PreserveCaseFormatterConfig
  'envoy.extensions.http.header_validators.envoy_default.v3.HeaderValidatorConfig': HeaderValidatorConfig
  'envoy.extensions.http.injected_credentials.generic.v3.Generic': Generic
  'envoy.extensions.http.injected_credentials.oauth2.v3.OAuth2': InjectedCredentialsOAuth2
  'envoy.extensions.http.original_ip_detection.custom_header.v3.CustomHeaderConfig': CustomHeaderConfig
  'envoy.extensions.http.original_ip_detection.xff.v3.XffConfig': XffConfig
  'envoy.extensions.http.original_ip_detection.xff.v3.XffTrustedCidrs': XffTrustedCidrs
  'envoy.extensions.http.stateful_session.cookie.v3.CookieBasedSessionState': CookieBasedSessionState
  'envoy.extensions.http.stateful_session.envelope.v3.EnvelopeSessionState': EnvelopeSessionState
  'envoy.extensions.http.stateful_session.header.v3.HeaderBasedSessionState': HeaderBasedSessionState
  'envoy.extensions.internal_redirect.allow_listed_routes.v3.AllowListedRoutesConfig': AllowListedRoutesConfig
  'envoy.extensions.internal_redirect.filter_state.v3.FilterStateConfig': FilterStateConfig
  'envoy.extensions.internal_redirect.previous_routes.v3.PreviousRoutesConfig': PreviousRoutesConfig
  'envoy.extensions.internal_redirect.safe_cross_scheme.v3.SafeCrossSchemeConfig': SafeCrossSchemeConfig
  'envoy.extensions.key_value.file_based.v3.FileBasedKeyValueStoreConfig': FileBasedKeyValueStoreConfig
  'envoy.extensions.load_balancing_policies.client_side_weighted_round_robin.v3.ClientSideWeightedRoundRobin': ClientSideWeightedRoundRobin
  'envoy.extensions.load_balancing_policies.cluster_provided.v3.ClusterProvided': ClusterProvided
  'envoy.extensions.load_balancing_policies.common.v3.ConsistentHashingLbConfig': ConsistentHashingLbConfig
  'envoy.extensions.load_balancing_policies.common.v3.LocalityLbConfig': LocalityLbConfig
  'envoy.extensions.load_balancing_policies.common.v3.OrcaOobReportingConfig': OrcaOobReportingConfig
  'envoy.extensions.load_balancing_policies.common.v3.SlowStartConfig': SlowStartConfig
  'envoy.extensions.load_balancing_policies.least_request.v3.LeastRequest': LeastRequest
  'envoy.extensions.load_balancing_policies.load_aware_locality.v3.LoadAwareLocality': LoadAwareLocality
  'envoy.extensions.load_balancing_policies.maglev.v3.Maglev': Maglev
  'envoy.extensions.load_balancing_policies.override_host.v3.OverrideHost': OverrideHost
  'envoy.extensions.load_balancing_policies.pick_first.v3.PickFirst': PickFirst
  'envoy.extensions.load_balancing_policies.random.v3.Random': Random
  'envoy.extensions.load_balancing_policies.random_subsetting.v3.RandomSubsetting': RandomSubsetting
  'envoy.extensions.load_balancing_policies.ring_hash.v3.RingHash': RingHash
  'envoy.extensions.load_balancing_policies.round_robin.v3.RoundRobin': RoundRobin
  'envoy.extensions.load_balancing_policies.subset.v3.Subset': Subset
  'envoy.extensions.load_balancing_policies.wrr_locality.v3.WrrLocality': WrrLocality
  'envoy.extensions.local_address_selectors.filter_state_override.v3.Config': LocalAddressSelectorsFilterStateOverrideConfig
  'envoy.extensions.matching.actions.transform_stat.v3.TransformStat': TransformStat
  'envoy.extensions.matching.common_inputs.environment_variable.v3.Config': EnvironmentVariableConfig
  'envoy.extensions.matching.common_inputs.network.v3.ApplicationProtocolInput': ApplicationProtocolInput
  'envoy.extensions.matching.common_inputs.network.v3.DestinationIPInput': DestinationIPInput
  'envoy.extensions.matching.common_inputs.network.v3.DestinationPortInput': DestinationPortInput
  'envoy.extensions.matching.common_inputs.network.v3.DirectSourceIPInput': DirectSourceIPInput
  'envoy.extensions.matching.common_inputs.network.v3.DynamicMetadataInput': DynamicMetadataInput
  'envoy.extensions.matching.common_inputs.network.v3.FilterStateInput': NetworkFilterStateInput
  'envoy.extensions.matching.common_inputs.network.v3.NetworkNamespaceInput': NetworkNamespaceInput
  'envoy.extensions.matching.common_inputs.network.v3.ServerNameInput': ServerNameInput
  'envoy.extensions.matching.common_inputs.network.v3.SourceIPInput': SourceIPInput
  'envoy.extensions.matching.common_inputs.network.v3.SourcePortInput': SourcePortInput
  'envoy.extensions.matching.common_inputs.network.v3.SourceTypeInput': SourceTypeInput
  'envoy.extensions.matching.common_inputs.network.v3.TransportProtocolInput': TransportProtocolInput
  'envoy.extensions.matching.common_inputs.ssl.v3.DnsSanInput': DnsSanInput
  'envoy.extensions.matching.common_inputs.ssl.v3.SubjectInput': SubjectInput
  'envoy.extensions.matching.common_inputs.ssl.v3.UriSanInput': UriSanInput
  'envoy.extensions.matching.common_inputs.stats.v3.StatFullNameMatchInput': StatFullNameMatchInput
  'envoy.extensions.matching.common_inputs.stats.v3.StatTagValueInput': StatTagValueInput
  'envoy.extensions.matching.common_inputs.transport_socket.v3.EndpointMetadataInput': EndpointMetadataInput
  'envoy.extensions.matching.common_inputs.transport_socket.v3.FilterStateInput': TransportSocketFilterStateInput
  'envoy.extensions.matching.common_inputs.transport_socket.v3.LocalityMetadataInput': LocalityMetadataInput
  'envoy.extensions.matching.common_inputs.transport_socket.v3.TransportSocketNameAction': TransportSocketNameAction
  'envoy.extensions.matching.input_matchers.consistent_hashing.v3.ConsistentHashing': ConsistentHashing
  'envoy.extensions.matching.input_matchers.ip.v3.Ip': Ip
  'envoy.extensions.matching.input_matchers.metadata.v3.Metadata': InputMatchersMetadata
  'envoy.extensions.matching.input_matchers.runtime_fraction.v3.RuntimeFraction': RuntimeFraction
  'envoy.extensions.network.dns_resolver.apple.v3.AppleDnsResolverConfig': AppleDnsResolverConfig
  'envoy.extensions.network.dns_resolver.cares.v3.CaresDnsResolverConfig': CaresDnsResolverConfig
  'envoy.extensions.network.dns_resolver.getaddrinfo.v3.GetAddrInfoDnsResolverConfig': GetAddrInfoDnsResolverConfig
  'envoy.extensions.network.dns_resolver.hickory.v3.DnsOverHttpsConfig': DnsOverHttpsConfig
  'envoy.extensions.network.dns_resolver.hickory.v3.DnsOverTlsConfig': DnsOverTlsConfig
  'envoy.extensions.network.dns_resolver.hickory.v3.HickoryDnsResolverConfig': HickoryDnsResolverConfig
  'envoy.extensions.network.socket_interface.sockmap.v3.Sockmap': Sockmap
  'envoy.extensions.network.socket_interface.v3.DefaultSocketInterface': DefaultSocketInterface
  'envoy.extensions.network.socket_interface.v3.IoUringOptions': IoUringOptions
  'envoy.extensions.outlier_detection_monitors.common.v3.DatabaseErrors': DatabaseErrors
  'envoy.extensions.outlier_detection_monitors.common.v3.ErrorBuckets': ErrorBuckets
  'envoy.extensions.outlier_detection_monitors.common.v3.HttpErrors': HttpErrors
  'envoy.extensions.outlier_detection_monitors.common.v3.LocalOriginErrors': LocalOriginErrors
  'envoy.extensions.outlier_detection_monitors.consecutive_errors.v3.ConsecutiveErrors': ConsecutiveErrors
  'envoy.extensions.path.match.uri_template.v3.UriTemplateMatchConfig': UriTemplateMatchConfig
  'envoy.extensions.path.rewrite.uri_template.v3.UriTemplateRewriteConfig': UriTemplateRewriteConfig
  'envoy.extensions.queue_policy.fifo.v3.FifoQueuePolicyConfig': FifoQueuePolicyConfig
  'envoy.extensions.rate_limit_descriptors.expr.v3.Descriptor': ExprDescriptor
  'envoy.extensions.rate_limit_descriptors.jwt_claim.v3.Descriptor': JwtClaimDescriptor
  'envoy.extensions.rbac.audit_loggers.stream.v3.StdoutAuditLog': StdoutAuditLog
  'envoy.extensions.rbac.matchers.upstream_ip_port.v3.UpstreamIpPortMatcher': UpstreamIpPortMatcher
  'envoy.extensions.rbac.principals.mtls_authenticated.v3.Config': MtlsAuthenticatedConfig
  'envoy.extensions.regex_engines.v3.GoogleRE2': GoogleRE2
  'envoy.extensions.request_id.uuid.v3.UuidRequestIdConfig': UuidRequestIdConfig
  'envoy.extensions.resource_monitors.cgroup_memory.v3.CgroupMemoryConfig': CgroupMemoryConfig
  'envoy.extensions.resource_monitors.cpu_utilization.v3.CpuUtilizationConfig': CpuUtilizationConfig
  'envoy.extensions.resource_monitors.downstream_connections.v3.DownstreamConnectionsConfig': DownstreamConnectionsConfig
  'envoy.extensions.resource_monitors.fixed_heap.v3.FixedHeapConfig': FixedHeapConfig
  'envoy.extensions.resource_monitors.injected_resource.v3.InjectedResourceConfig': InjectedResourceConfig
  'envoy.extensions.retry.host.omit_canary_hosts.v3.OmitCanaryHostsPredicate': OmitCanaryHostsPredicate
  'envoy.extensions.retry.host.omit_host_metadata.v3.OmitHostMetadataConfig': OmitHostMetadataConfig
  'envoy.extensions.retry.host.previous_hosts.v3.PreviousHostsPredicate': PreviousHostsPredicate
  'envoy.extensions.retry.priority.previous_priorities.v3.PreviousPrioritiesConfig': PreviousPrioritiesConfig
  'envoy.extensions.router.cluster_specifiers.lua.v3.LuaConfig': LuaConfig
  'envoy.extensions.router.cluster_specifiers.matcher.v3.ClusterAction': ClusterAction
  'envoy.extensions.router.cluster_specifiers.matcher.v3.MatcherClusterSpecifier': MatcherClusterSpecifier
  'envoy.extensions.router.cluster_specifiers.priority_group.v3.ClusterWeight': ClusterWeight
  'envoy.extensions.router.cluster_specifiers.priority_group.v3.PriorityGroup': PriorityGroup
  'envoy.extensions.router.cluster_specifiers.priority_group.v3.PriorityGroupClusterSpecifier': PriorityGroupClusterSpecifier
  'envoy.extensions.router.cluster_specifiers.priority_group.v3.PriorityGroupsOverride': PriorityGroupsOverride
  'envoy.extensions.stat_sinks.graphite_statsd.v3.GraphiteStatsdSink': GraphiteStatsdSink
  'envoy.extensions.stat_sinks.open_telemetry.v3.SinkConfig': SinkConfig
  'envoy.extensions.stat_sinks.wasm.v3.Wasm': StatSinksWasm
  'envoy.extensions.string_matcher.lua.v3.Lua': StringMatcherLua
  'envoy.extensions.tracers.opentelemetry.resource_detectors.v3.DynatraceResourceDetectorConfig': DynatraceResourceDetectorConfig
  'envoy.extensions.tracers.opentelemetry.resource_detectors.v3.EnvironmentResourceDetectorConfig': EnvironmentResourceDetectorConfig
  'envoy.extensions.tracers.opentelemetry.resource_detectors.v3.StaticConfigResourceDetectorConfig': StaticConfigResourceDetectorConfig
  'envoy.extensions.tracers.opentelemetry.samplers.v3.AlwaysOnSamplerConfig': AlwaysOnSamplerConfig
  'envoy.extensions.tracers.opentelemetry.samplers.v3.CELSamplerConfig': CELSamplerConfig
  'envoy.extensions.tracers.opentelemetry.samplers.v3.DynatraceSamplerConfig': DynatraceSamplerConfig
  'envoy.extensions.tracers.opentelemetry.samplers.v3.ParentBasedSamplerConfig': ParentBasedSamplerConfig
  'envoy.extensions.tracers.opentelemetry.samplers.v3.TraceIdRatioBasedSamplerConfig': TraceIdRatioBasedSamplerConfig
  'envoy.extensions.transport_sockets.http_11_proxy.v3.Http11ProxyUpstreamTransport': Http11ProxyUpstreamTransport
  'envoy.extensions.transport_sockets.internal_upstream.v3.InternalUpstreamTransport': InternalUpstreamTransport
  'envoy.extensions.transport_sockets.proxy_protocol.v3.ProxyProtocolUpstreamTransport': ProxyProtocolUpstreamTransport
  'envoy.extensions.transport_sockets.raw_buffer.v3.RawBuffer': RawBuffer
  'envoy.extensions.transport_sockets.starttls.v3.StartTlsConfig': StartTlsConfig
  'envoy.extensions.transport_sockets.starttls.v3.UpstreamStartTlsConfig': UpstreamStartTlsConfig
  'envoy.extensions.transport_sockets.tap.v3.SocketTapConfig': SocketTapConfig
  'envoy.extensions.transport_sockets.tap.v3.Tap': TransportSocketsTap
  'envoy.extensions.transport_sockets.tcp_stats.v3.Config': TcpStatsConfig
  'envoy.extensions.transport_sockets.tls.cert_mappers.filter_state_override.v3.Config': CertMappersFilterStateOverrideConfig
  'envoy.extensions.transport_sockets.tls.cert_mappers.sni.v3.SNI': SNI
  'envoy.extensions.transport_sockets.tls.cert_mappers.static_name.v3.StaticName': StaticName
  'envoy.extensions.transport_sockets.tls.cert_selectors.on_demand_secret.v3.Config': OnDemandSecretConfig
  'envoy.extensions.transport_sockets.tls.v3.CertificateProviderPluginInstance': CertificateProviderPluginInstance
  'envoy.extensions.transport_sockets.tls.v3.CertificateValidationContext': CertificateValidationContext
  'envoy.extensions.transport_sockets.tls.v3.CommonTlsContext': CommonTlsContext
  'envoy.extensions.transport_sockets.tls.v3.DownstreamTlsContext': DownstreamTlsContext
  'envoy.extensions.transport_sockets.tls.v3.GenericSecret': GenericSecret
  'envoy.extensions.transport_sockets.tls.v3.PrivateKeyProvider': PrivateKeyProvider
  'envoy.extensions.transport_sockets.tls.v3.SPIFFECertValidatorConfig': SPIFFECertValidatorConfig
  'envoy.extensions.transport_sockets.tls.v3.SdsSecretConfig': SdsSecretConfig
  'envoy.extensions.transport_sockets.tls.v3.Secret': Secret
  'envoy.extensions.transport_sockets.tls.v3.SubjectAltNameMatcher': SubjectAltNameMatcher
  'envoy.extensions.transport_sockets.tls.v3.TlsCertificate': TlsCertificate
  'envoy.extensions.transport_sockets.tls.v3.TlsKeyLog': TlsKeyLog
  'envoy.extensions.transport_sockets.tls.v3.TlsParameters': TlsParameters
  'envoy.extensions.transport_sockets.tls.v3.TlsSessionTicketKeys': TlsSessionTicketKeys
  'envoy.extensions.transport_sockets.tls.v3.UpstreamTlsContext': UpstreamTlsContext
  'envoy.extensions.udp_packet_writer.v3.UdpDefaultWriterFactory': UdpDefaultWriterFactory
  'envoy.extensions.udp_packet_writer.v3.UdpGsoBatchWriterFactory': UdpGsoBatchWriterFactory
  'envoy.extensions.upstreams.http.generic.v3.GenericConnectionPoolProto': HttpGenericConnectionPoolProto
  'envoy.extensions.upstreams.http.http.v3.HttpConnectionPoolProto': HttpConnectionPoolProto
  'envoy.extensions.upstreams.http.tcp.v3.TcpConnectionPoolProto': TcpConnectionPoolProto
  'envoy.extensions.upstreams.http.v3.HttpProtocolOptions': UpstreamsHttpProtocolOptions
  'envoy.extensions.upstreams.tcp.generic.v3.GenericConnectionPoolProto': TcpGenericConnectionPoolProto
  'envoy.extensions.upstreams.tcp.v3.TcpProtocolOptions': UpstreamsTcpProtocolOptions
  'envoy.extensions.wasm.v3.CapabilityRestrictionConfig': CapabilityRestrictionConfig
  'envoy.extensions.wasm.v3.EnvironmentVariables': EnvironmentVariables
  'envoy.extensions.wasm.v3.PluginConfig': PluginConfig
  'envoy.extensions.wasm.v3.ReloadConfig': ReloadConfig
  'envoy.extensions.wasm.v3.SanitizationConfig': SanitizationConfig
  'envoy.extensions.wasm.v3.VmConfig': VmConfig
  'envoy.extensions.wasm.v3.WasmService': WasmService
  'envoy.extensions.watchdog.backtrace_action.v3.BacktraceActionConfig': BacktraceActionConfig
  'envoy.extensions.watchdog.profile_action.v3.ProfileActionConfig': ProfileActionConfig
  'envoy.type.http.v3.Cookie': Cookie
  'envoy.type.http.v3.CookieAttribute': CookieAttribute
  'envoy.type.http.v3.PathTransformation': PathTransformation
  'envoy.type.matcher.v3.AddressMatcher': AddressMatcher
  'envoy.type.matcher.v3.DoubleMatcher': DoubleMatcher
  'envoy.type.matcher.v3.FilterStateMatcher': FilterStateMatcher
  'envoy.type.matcher.v3.HttpRequestHeaderMatchInput': HttpRequestHeaderMatchInput
  'envoy.type.matcher.v3.HttpRequestQueryParamMatchInput': HttpRequestQueryParamMatchInput
  'envoy.type.matcher.v3.HttpRequestTrailerMatchInput': HttpRequestTrailerMatchInput
  'envoy.type.matcher.v3.HttpResponseHeaderMatchInput': HttpResponseHeaderMatchInput
  'envoy.type.matcher.v3.HttpResponseLocalReplyMatchInput': HttpResponseLocalReplyMatchInput
  'envoy.type.matcher.v3.HttpResponseStatusCodeClassMatchInput': HttpResponseStatusCodeClassMatchInput
  'envoy.type.matcher.v3.HttpResponseStatusCodeMatchInput': HttpResponseStatusCodeMatchInput
  'envoy.type.matcher.v3.HttpResponseTrailerMatchInput': HttpResponseTrailerMatchInput
  'envoy.type.matcher.v3.ListMatcher': ListMatcher
  'envoy.type.matcher.v3.ListStringMatcher': ListStringMatcher
  'envoy.type.matcher.v3.MetadataMatcher': MetadataMatcher
  'envoy.type.matcher.v3.NodeMatcher': NodeMatcher
  'envoy.type.matcher.v3.OrMatcher': OrMatcher
  'envoy.type.matcher.v3.PathMatcher': PathMatcher
  'envoy.type.matcher.v3.RegexMatchAndSubstitute': RegexMatchAndSubstitute
  'envoy.type.matcher.v3.RegexMatcher': RegexMatcher
  'envoy.type.matcher.v3.StringMatcher': StringMatcher
  'envoy.type.matcher.v3.StructMatcher': StructMatcher
  'envoy.type.matcher.v3.ValueMatcher': ValueMatcher
  'envoy.type.metadata.v3.MetadataKey': MetadataKey
  'envoy.type.metadata.v3.MetadataKind': MetadataKind
  'envoy.type.tracing.v3.CustomTag': CustomTag
  'envoy.type.v3.DoubleRange': DoubleRange
  'envoy.type.v3.FractionalPercent': FractionalPercent
  'envoy.type.v3.HashPolicy': HashPolicy
  'envoy.type.v3.HttpStatus': HttpStatus
  'envoy.type.v3.Int32Range': Int32Range
  'envoy.type.v3.Int64Range': Int64Range
  'envoy.type.v3.Percent': Percent
  'envoy.type.v3.RateLimitStrategy': RateLimitStrategy
  'envoy.type.v3.Scope': Scope
  'envoy.type.v3.SemanticVersion': SemanticVersion
  'envoy.type.v3.TokenBucket': TokenBucket
  'udpa.type.v1.TypedStruct': UdpaTypedStruct
  'xds.type.matcher.v3.CelMatcher': CelMatcher
  'xds.type.matcher.v3.DoubleRangeMatcher': DoubleRangeMatcher
  'xds.type.matcher.v3.HttpAttributesCelMatchInput': HttpAttributesCelMatchInput
  'xds.type.matcher.v3.IPMatcher': IPMatcher
  'xds.type.matcher.v3.Int32RangeMatcher': Int32RangeMatcher
  'xds.type.matcher.v3.Int64RangeMatcher': Int64RangeMatcher
  'xds.type.matcher.v3.ListStringMatcher': XdsListStringMatcher
  'xds.type.matcher.v3.Matcher': XdsMatcher
  'xds.type.matcher.v3.RegexMatcher': XdsRegexMatcher
  'xds.type.matcher.v3.ServerNameMatcher': ServerNameMatcher
  'xds.type.matcher.v3.StringMatcher': XdsStringMatcher
  'xds.type.v3.CelExpression': CelExpression
  'xds.type.v3.CelExtractString': CelExtractString
  'xds.type.v3.DoubleRange': XdsDoubleRange
  'xds.type.v3.Int32Range': XdsInt32Range
  'xds.type.v3.Int64Range': XdsInt64Range
  'xds.type.v3.TypedStruct': XdsTypedStruct
}
