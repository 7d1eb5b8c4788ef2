using Dart.Lake.Sql.Graph;
using Dart.Lake.Sql.Loading;
using Dart.Lake.Sql.Planning;

namespace Dart.Lake.Sql.Tests.Execution;

public class MartsProjectTests
{
    [Fact]
    public void The_marts_load_and_have_an_order_and_a_plan()
    {
        var folder = new DirectoryInfo(AppContext.BaseDirectory);
        while (folder is not null && !File.Exists(Path.Combine(folder.FullName, "Dart.Lake.sln")))
            folder = folder.Parent;
        var project = ProjectLoader.Load(Path.Combine(folder!.FullName, "dbt-like-sql", "project"), new Dictionary<string, object?>(), _ => null);
        var order = new ModelGraph(project).Order;
        Assert.True(order.ToList().IndexOf("trades") < order.ToList().IndexOf("daily_pnl"));
        Assert.Contains("build    gold.reconciliation (day)", Planner.Plan(project, [new(2026, 9, 21)], [], [], []).ToString(), StringComparison.Ordinal);
    }
}
