using System;
using Microsoft.EntityFrameworkCore.Migrations;

#nullable disable

namespace ContactPlatform.Contacts.Migrations.SqlServer
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
                    number = table.Column<int>(type: "int", nullable: false),
                    data = table.Column<byte[]>(type: "varbinary(max)", nullable: false)
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
                    reason = table.Column<string>(type: "nvarchar(max)", nullable: false),
                    field = table.Column<string>(type: "nvarchar(max)", nullable: false),
                    problem = table.Column<string>(type: "nvarchar(max)", nullable: false),
                    raw = table.Column<string>(type: "nvarchar(max)", nullable: false)
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
                    config = table.Column<byte[]>(type: "varbinary(max)", nullable: false),
                    header = table.Column<string>(type: "nvarchar(max)", nullable: false),
                    byte_count = table.Column<long>(type: "bigint", nullable: false),
                    done_byte_count = table.Column<long>(type: "bigint", nullable: false),
                    created_count = table.Column<long>(type: "bigint", nullable: false),
                    updated_count = table.Column<long>(type: "bigint", nullable: false),
                    unchanged_count = table.Column<long>(type: "bigint", nullable: false),
                    refused_count = table.Column<long>(type: "bigint", nullable: false),
                    touch_time = table.Column<DateTime>(type: "datetime2", nullable: false)
                },
                constraints: table =>
                {
                    table.PrimaryKey("PK_imports", x => new { x.account_id, x.import_id });
                });
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
