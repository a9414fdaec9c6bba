namespace ContactPlatform.ServiceDefaults.Data;

/// <summary>Says at start, rather than at the first bulk copy, that SQL Server cannot be served.</summary>
public static class SqlServerSupport
{
    /// <summary>
    /// Throws where the assembly Microsoft.SqlServer.Server is missing, which Microsoft.Data.SqlClient loads for bulk
    /// copy: so it is after a build against a package registry that lacks it.
    /// </summary>
    public static void Require()
    {
        if (Type.GetType("Microsoft.SqlServer.Server.SqlMetaData, Microsoft.SqlServer.Server") is null)
        {
            throw new NotSupportedException(
                "Database:Provider is SqlServer, but this build lacks the package Microsoft.SqlServer.Server, which bulk copy needs. "
                + "Build against a package registry that has it, or set Database:Provider to PostgreSql.");
        }
    }
}
