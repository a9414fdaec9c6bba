using System.Collections;
using System.Collections.Concurrent;
using System.Data.Common;
using System.Diagnostics;
using System.Linq.Expressions;
using System.Reflection;
using ContactPlatform.ServiceDefaults.Auth;
using ContactPlatform.ServiceDefaults.Data;
using Microsoft.EntityFrameworkCore;
using Microsoft.EntityFrameworkCore.Diagnostics;
using Microsoft.EntityFrameworkCore.Infrastructure;
using Microsoft.EntityFrameworkCore.Query;
using Microsoft.EntityFrameworkCore.Storage;

namespace ContactPlatform.SqlServerGate;

/// <summary>
/// Sees every LINQ query that EF compiles for PostgreSQL in this process, has the SQL Server provider translate the same
/// query on the service's SQL Server context, and parses what comes out. Nothing is connected.
/// </summary>
public sealed class LinqGate : IObserver<DiagnosticListener>, IObserver<KeyValuePair<string, object?>>
{
    private static readonly MethodInfo _run = typeof(LinqGate).GetMethod(nameof(Run), BindingFlags.NonPublic | BindingFlags.Static)!;
    private readonly Action<string> _report;

    private LinqGate(Action<string> report) => _report = report;

    /// <summary>Queries seen so far, each with its T-SQL or what is wrong with it.</summary>
    public static ConcurrentDictionary<string, string> Seen { get; } = new();

    /// <summary>Begins to watch this process.</summary>
    /// <param name="report">Gets one text for each query that SQL Server would not take.</param>
    public static void Start(Action<string> report) => DiagnosticListener.AllListeners.Subscribe(new LinqGate(report));

    /// <summary>Translates a query to T-SQL.</summary>
    /// <param name="db">A SQL Server context, made by <see cref="Twin"/>.</param>
    /// <param name="query">The query as EF hands it to its compiler, on whichever provider's model.</param>
    /// <exception cref="InvalidOperationException">The provider cannot translate it.</exception>
    public static string Translate(PlatformDbContext db, Expression query)
    {
        var moved = new Mover(db);
        var expression = moved.Visit(query);
        var sequence = typeof(IQueryable).IsAssignableFrom(expression.Type);
        var result = sequence ? typeof(IEnumerable<>).MakeGenericType(expression.Type.GetGenericArguments()[0]) : expression.Type;
        try
        {
            _run.MakeGenericMethod(result).Invoke(null, [db, expression, moved.Parameters]);
        }
        catch (TargetInvocationException e)
        {
            for (Exception? inner = e; inner is not null; inner = inner.InnerException)
            {
                if (inner is CommandSeen seen)
                {
                    return seen.Message;
                }
            }
            throw new InvalidOperationException(e.InnerException!.Message, e.InnerException);
        }
        throw new InvalidOperationException("the query sent no command");
    }

    /// <summary>Makes the SQL Server context beside a PostgreSQL one; null where its assembly has none.</summary>
    public static PlatformDbContext? Twin(PlatformDbContext db)
    {
        var type = db.GetType().Assembly.GetTypes().SingleOrDefault(t => t.BaseType == db.GetType());
        if (type is null)
        {
            return null;
        }
        var options = (DbContextOptionsBuilder)Activator.CreateInstance(typeof(DbContextOptionsBuilder<>).MakeGenericType(type))!;
        options.UseSqlServer("Server=nowhere").AddInterceptors(new NeverOpen(), new Catcher());
        return (PlatformDbContext)Activator.CreateInstance(type, options.Options, new CurrentAccount { Id = 1 })!;
    }

    /// <inheritdoc/>
    public void OnNext(DiagnosticListener value)
    {
        if (value.Name == DbLoggerCategory.Name)
        {
            value.Subscribe(this, name => name == CoreEventId.QueryCompilationStarting.Name || name == RelationalEventId.CommandCreating.Name);
        }
    }

    /// <inheritdoc/>
    public void OnNext(KeyValuePair<string, object?> value)
    {
        if (value.Value is CommandCorrelatedEventData { CommandSource: CommandSource.LinqQuery or CommandSource.FromSqlQuery or CommandSource.ExecuteUpdate or CommandSource.ExecuteDelete })
        {
            CallSites.Note();
            return;
        }
        if (value.Value is not QueryExpressionEventData { Context: PlatformDbContext { IsSqlServer: false } context } data)
        {
            return;
        }
        var query = data.ExpressionPrinter.PrintExpression(data.Expression);
        if (Translated.Knows(context, query))
        {
            return;
        }
        try
        {
            using var twin = Twin(context);
            if (twin is null)
            {
                return;
            }
            var sql = Translate(twin, data.Expression);
            Seen[query] = sql;
            if (TSql.Errors(sql) is { Count: > 0 } errors)
            {
                _report($"does not parse: {string.Join("; ", errors)} in {sql} of {query}");
                return;
            }
            Translated.Note(context, query);
        }
#pragma warning disable CA1031 // Whatever it is, it is reported, and the service under test goes on.
        catch (Exception e)
#pragma warning restore CA1031
        {
            Seen[query] = e.Message;
            _report($"does not translate: {e.Message} in {query}");
        }
    }

    /// <inheritdoc/>
    public void OnCompleted()
    {
    }

    /// <inheritdoc/>
    public void OnError(Exception error) => _report(error.Message);

    private static void Run<T>(PlatformDbContext db, Expression expression, IReadOnlyDictionary<string, object?> parameters)
    {
        var run = db.GetService<IDatabase>().CompileQuery<T>(expression, async: false);
        var context = db.GetService<IQueryContextFactory>().Create();
        foreach (var (name, value) in parameters)
        {
            context.Parameters.Add(name, value);
        }
        if (run(context) is IEnumerable rows)
        {
            _ = rows.GetEnumerator().MoveNext();
        }
    }

    /// <summary>Moves a query from one provider's model to another's, and makes up values for its parameters.</summary>
    private sealed class Mover(PlatformDbContext db) : ExpressionVisitor
    {
        public Dictionary<string, object?> Parameters { get; } = [];

        protected override Expression VisitExtension(Expression node)
        {
            switch (node)
            {
                case EntityQueryRootExpression root:
                    return new EntityQueryRootExpression(db.GetService<IAsyncQueryProvider>(), db.Model.FindEntityType(root.EntityType.Name)!);
                case QueryParameterExpression parameter:
                    Parameters[parameter.Name] = Sample(parameter.Type);
                    return node;
                default:
                    return base.VisitExtension(node);
            }
        }

        private static object? Sample(Type type)
        {
            if (type == typeof(string))
            {
                return "x";
            }
            if (type == typeof(byte[]))
            {
                return Array.Empty<byte>();
            }
            var element = type.IsArray ? type.GetElementType() : type.GetInterfaces().Append(type).FirstOrDefault(t => t.IsGenericType && t.GetGenericTypeDefinition() == typeof(IEnumerable<>))?.GetGenericArguments()[0];
            if (element is null)
            {
                type = Nullable.GetUnderlyingType(type) ?? type;
                return type.IsValueType ? Activator.CreateInstance(type) : null;
            }
            var one = Array.CreateInstance(element, 1);
            one.SetValue(Sample(element), 0);
            return type.IsArray || type.IsInterface ? one : Activator.CreateInstance(type, one);
        }
    }

    private sealed class NeverOpen : DbConnectionInterceptor
    {
        public override InterceptionResult ConnectionOpening(DbConnection connection, ConnectionEventData eventData, InterceptionResult result) => InterceptionResult.Suppress();
    }

    private sealed class Catcher : DbCommandInterceptor
    {
        public override InterceptionResult<DbDataReader> ReaderExecuting(DbCommand command, CommandEventData eventData, InterceptionResult<DbDataReader> result) => throw new CommandSeen(command.CommandText);

        public override InterceptionResult<int> NonQueryExecuting(DbCommand command, CommandEventData eventData, InterceptionResult<int> result) => throw new CommandSeen(command.CommandText);
    }

#pragma warning disable CA1032, CA1064 // Never leaves this class.
    private sealed class CommandSeen(string sql) : Exception(sql);
#pragma warning restore CA1032, CA1064
}
