using Microsoft.EntityFrameworkCore.Metadata;

namespace ContactPlatform.Testing;

/// <summary>Checks that every table of a model belongs to accounts.</summary>
public static class AccountKeys
{
    /// <summary>
    /// Returns what is wrong: a table whose primary key does not start with the account, or that no query filter keeps
    /// apart; and an exception that is none. Empty when all is well.
    /// </summary>
    /// <param name="model">The model of a service's context.</param>
    /// <param name="exceptions">Tables over all accounts, each with its reason.</param>
    public static IReadOnlyList<string> Problems(IModel model, IReadOnlyDictionary<string, string> exceptions)
    {
        var problems = new List<string>();
        foreach (var entity in model.GetEntityTypes())
        {
            var table = Microsoft.EntityFrameworkCore.RelationalEntityTypeExtensions.GetTableName(entity) ?? entity.Name;
            var first = entity.FindPrimaryKey()?.Properties[0].Name == "AccountId";
            var filtered = entity.GetDeclaredQueryFilters().Count > 0;
            if (exceptions.ContainsKey(table))
            {
                if (first && filtered)
                {
                    problems.Add($"{table} is listed as an exception and is none");
                }
                continue;
            }
            if (!first)
            {
                problems.Add($"{table}: its primary key does not start with account_id");
            }
            if (!filtered)
            {
                problems.Add($"{table}: no query filter keeps accounts apart");
            }
        }
        return problems;
    }
}
