using System;
using Microsoft.EntityFrameworkCore.Migrations;

#nullable disable

namespace ContactPlatform.Contacts.Migrations.PostgreSql
{
    /// <inheritdoc />
    public partial class Imports : Migration
    {
        /// <inheritdoc />
        protected override void Up(MigrationBuilder migrationBuilder)
        {
            migrationBuilder.CreateTable(
                name: "import_chunks",
                columns: table => new
                {
                    account_id = table.Column<long>(type: "bigint", nullable: false),
                    import_id = table.Column<long>(type: "bigint", nullable: false),
                    number = table.Column<int>(type: "integer", nullable: false),
                    data = table.Column<byte[]>(type: "bytea", nullable: false)
                },
                constraints: table =>
                {
                    table.PrimaryKey("PK_import_chunks", x => new { x.account_id, x.import_id, x.number });
                });

            migrationBuilder.CreateTable(
                name: "import_errors",
                columns: table => new
                {
                    account_id = table.Column<long>(type: "bigint", nullable: false),
                    import_id = table.Column<long>(type: "bigint", nullable: false),
                    number = table.Column<long>(type: "bigint", nullable: false),
                    line_number = table.Column<long>(type: "bigint", nullable: false),
                    reason = table.Column<string>(type: "text", nullable: false),
                    field = table.Column<string>(type: "text", nullable: false),
                    problem = table.Column<string>(type: "text", nullable: false),
                    raw = table.Column<string>(type: "text", nullable: false)
                },
                constraints: table =>
                {
                    table.PrimaryKey("PK_import_errors", x => new { x.account_id, x.import_id, x.number });
                });

            migrationBuilder.CreateTable(
                name: "imports",
                columns: table => new
                {
                    account_id = table.Column<long>(type: "bigint", nullable: false),
                    import_id = table.Column<long>(type: "bigint", nullable: false),
                    config = table.Column<byte[]>(type: "bytea", nullable: false),
                    header = table.Column<string>(type: "text", nullable: false),
                    byte_count = table.Column<long>(type: "bigint", nullable: false),
                    done_byte_count = table.Column<long>(type: "bigint", nullable: false),
                    created_count = table.Column<long>(type: "bigint", nullable: false),
                    updated_count = table.Column<long>(type: "bigint", nullable: false),
                    unchanged_count = table.Column<long>(type: "bigint", nullable: false),
                    refused_count = table.Column<long>(type: "bigint", nullable: false),
                    touch_time = table.Column<DateTime>(type: "timestamp with time zone", nullable: false)
                },
                constraints: table =>
                {
                    table.PrimaryKey("PK_imports", x => new { x.account_id, x.import_id });
                });

            // A file is written and read once: compressing its pieces would cost more than it saves.
            migrationBuilder.Sql("ALTER TABLE import_chunks ALTER COLUMN data SET STORAGE EXTERNAL");
        }

        /// <inheritdoc />
        protected override void Down(MigrationBuilder migrationBuilder)
        {
            migrationBuilder.DropTable(
                name: "import_chunks");

            migrationBuilder.DropTable(
                name: "import_errors");

            migrationBuilder.DropTable(
                name: "imports");
        }
    }
}
