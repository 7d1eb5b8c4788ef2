namespace Dart.Lake.Sql.Loading;

/// <summary>
/// What dbt has and this engine has not (dbt's reference of configs, properties and dbt_project.yml). It is refused by its name: a project
/// that relies on it would else build other rows than its author believes.
/// </summary>
internal static class DbtFeatures
{
    const string LeaveOut = "leave it out";
    const string OneTable = "a model of rows that no day owns is materialized='table', all others replace their day";
    const string InModel = "write it into the model's query";
    const string AsAudit = "write a file of failing rows in tests/";
    const string NoHooks = "write it as a model, or run it beside dartlake";

    /// <summary>By key what to do instead.</summary>
    static readonly Dictionary<string, string> advices = new(StringComparer.Ordinal)
    {
        ["unique_key"] = OneTable,
        ["incremental_strategy"] = OneTable,
        ["incremental_predicates"] = OneTable,
        ["merge_update_columns"] = OneTable,
        ["merge_exclude_columns"] = OneTable,
        ["on_schema_change"] = "a table grows by its contract",
        ["full_refresh"] = OneTable,
        ["event_time"] = OneTable,
        ["batch_size"] = OneTable,
        ["begin"] = OneTable,
        ["lookback"] = OneTable,
        ["concurrent_batches"] = OneTable,
        ["pre_hook"] = NoHooks,
        ["pre-hook"] = NoHooks,
        ["post_hook"] = NoHooks,
        ["post-hook"] = NoHooks,
        ["on-run-start"] = NoHooks,
        ["on-run-end"] = NoHooks,
        ["sql_header"] = InModel,
        ["partition_by"] = "the contract says how a table is partitioned",
        ["cluster_by"] = "the contract says how a table is sorted",
        ["indexes"] = LeaveOut,
        ["database"] = "tables are schema.alias of the one lake",
        ["grants"] = LeaveOut,
        ["contract"] = "every published model has a contract: write it in schemas/, or as data_type of its columns",
        ["constraints"] = "write not_null and unique under data_tests",
        ["persist_docs"] = LeaveOut,
        ["quoting"] = LeaveOut,
        ["quote"] = LeaveOut,
        ["quote_columns"] = LeaveOut,
        ["delimiter"] = "write the seed with commas",
        ["access"] = LeaveOut,
        ["group"] = LeaveOut,
        ["groups"] = LeaveOut,
        ["versions"] = "give the other version another name",
        ["latest_version"] = "give the other version another name",
        ["deprecation_date"] = LeaveOut,
        ["packages"] = "copy the macros that you need into macros/",
        ["dispatch"] = "copy the macros that you need into macros/",
        ["snapshots"] = "write a model that reads {{ this }}",
        ["snapshot"] = "write a model that reads {{ this }}",
        ["unit_tests"] = AsAudit,
        ["exposures"] = LeaveOut,
        ["metrics"] = InModel,
        ["semantic_models"] = InModel,
        ["semantic-models"] = InModel,
        ["semantic_model"] = InModel,
        ["saved_queries"] = InModel,
        ["saved-queries"] = InModel,
        ["time_spine"] = InModel,
        ["analyses"] = LeaveOut,
        ["macros"] = "describe a macro in its file",
        ["functions"] = "write a macro",
        ["freshness"] = "the gate of 'dartlake eod' waits for what belongs to a day",
        ["loaded_at_field"] = "the gate of 'dartlake eod' waits for what belongs to a day",
        ["loaded_at_query"] = "the gate of 'dartlake eod' waits for what belongs to a day",
        ["loader"] = "write it into the description",
        ["overrides"] = LeaveOut,
        ["error_if"] = "severity: error|warn",
        ["warn_if"] = "severity: error|warn",
        ["limit"] = LeaveOut,
        ["fail_calc"] = AsAudit,
        ["store_failures"] = "what audits find goes to dq.results",
        ["store_failures_as"] = "what audits find goes to dq.results",
        ["query-comment"] = LeaveOut,
        ["query_tag"] = LeaveOut,
        ["require-dbt-version"] = LeaveOut,
        ["restrict-access"] = LeaveOut,
        ["flags"] = LeaveOut,
        ["dbt-cloud"] = LeaveOut,
        ["docs"] = "write it into the description",
        ["transient"] = LeaveOut,
        ["primary_key"] = "write unique under data_tests",
        ["policy_tags"] = LeaveOut,
        ["static_analysis"] = LeaveOut,
    };

    /// <summary>What to do instead of the feature of that key; null: dbt has none of that name that is known here.</summary>
    public static string? Find(string key) => advices.GetValueOrDefault(key);
}
