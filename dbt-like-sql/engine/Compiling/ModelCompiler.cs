using Dart.Lake.Sql.Audits;
using Dart.Lake.Sql.Dialect;
using Dart.Lake.Sql.Loading;
using Dart.Lake.Sql.Staging;
using Dart.Lake.Sql.Templating;

namespace Dart.Lake.Sql.Compiling;

/// <summary>From templates to SQL, for one run.</summary>
internal sealed class ModelCompiler(RunRequest request, RunRelations relations)
{
    public RunNames Names(Model? model, DateOnly day, bool onlyNew) => new(request.Project, relations, model, day, onlyNew);

    public CompiledQuery Compile(Model model, DateOnly day) => Render(model.Template, Names(model, day, onlyNew: false), day);

    public CompiledQuery Compile(SingularAudit audit, DateOnly day) => Render(audit.Template, Names(null, day, !audit.AllRows), day);

    CompiledQuery Render(Template template, RunNames names, DateOnly day)
    {
        var vars = new Dictionary<string, object?>(request.Project.Vars, StringComparer.Ordinal)
        {
            ["trade_date"] = $"{day:yyyy-MM-dd}",
            ["run_id"] = request.RunId,
            ["firm_currency"] = request.FirmCurrency,
            ["calendar_version"] = (long)request.CalendarVersion,
        };
        return OneStatement.Of(Renderer.Render(
            template, names.Globals(vars, request.Environment, request.Target), request.Project.Macros, TemplateLimits.Default));
    }
}
