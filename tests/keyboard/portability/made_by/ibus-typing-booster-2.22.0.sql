BEGIN TRANSACTION;
CREATE TABLE desc (name PRIMARY KEY, value);
INSERT INTO "desc" VALUES('version','0.65');
INSERT INTO "desc" VALUES('create-time','2026-11-25 14:53:06');
CREATE TABLE phrases
                    (id INTEGER PRIMARY KEY,
                    input_phrase TEXT, phrase TEXT, p_phrase TEXT, pp_phrase TEXT,
                    user_freq INTEGER, timestamp REAL);
INSERT INTO "phrases" VALUES(1,'we','We','','',2,1.79561838664738273622e+09);
INSERT INTO "phrases" VALUES(2,'met','met','we','',2,1.79561838665946340558e+09);
INSERT INTO "phrases" VALUES(3,'zorblax','Zorblax','met','we',2,1.79561838667143464087e+09);
INSERT INTO "phrases" VALUES(4,'behind','behind','zorblax','met',1,1.79561838663146948816e+09);
INSERT INTO "phrases" VALUES(5,'the','the','behind','zorblax',1,1.79561838663946056362e+09);
INSERT INTO "phrases" VALUES(6,'orangery','orangery','the','behind',1,1.79561838664507770536e+09);
INSERT INTO "phrases" VALUES(7,'at','at','zorblax','met',1,1.79561838667559313777e+09);
INSERT INTO "phrases" VALUES(8,'dawn','dawn','at','zorblax',1,1.79561838668345737459e+09);
INSERT INTO "phrases" VALUES(9,'cafe','café','','',1,1.79561838669147324568e+09);
INSERT INTO "phrases" VALUES(10,'au','au','cafe','',1,1.79561838669959735869e+09);
INSERT INTO "phrases" VALUES(11,'lait','lait','au','cafe',1,1.79561838670336532597e+09);
INSERT INTO "phrases" VALUES(12,'for','for','lait','au',1,1.79561838671200418469e+09);
INSERT INTO "phrases" VALUES(13,'zorblax','Zorblax','for','lait',1,1.79561838671947026245e+09);
INSERT INTO "phrases" VALUES(14,'today','today','zorblax','for',1,1.79561838672340059281e+09);
CREATE INDEX phrases_index_p ON phrases
        (input_phrase, id ASC);
CREATE INDEX phrases_index_i ON phrases
        (phrase)
        ;
COMMIT;
